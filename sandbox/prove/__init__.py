"""Proves exactly once: histories full of faults in one process, and kills at every boundary."""
