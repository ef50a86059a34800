"""A believable B2B company and its market, told as CSV exports; the same for the same seed."""
