"""What every sandbox platform shares: a socket on loopback, calls and answers, a clock, faults."""
