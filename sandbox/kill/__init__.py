"""Kills the daemon at random moments while it works, and counts what it wrote."""
