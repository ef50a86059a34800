"""Plans, on the memory platform."""
