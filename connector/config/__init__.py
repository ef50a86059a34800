"""What admins write: the configuration and the rule files, checked and turned into values."""
