"""Platforms and stories on this machine, for the demo and the tests. Never loaded by the daemon."""
