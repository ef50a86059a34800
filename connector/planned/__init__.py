"""What the next cycle would write, looked at first and then written exactly so, or not at all."""
