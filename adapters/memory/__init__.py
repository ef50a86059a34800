"""A platform in memory: the reference of the adapter contract, for tests and simulations."""
