"""Measurements. They are run by hand and print their figures beside targets."""
