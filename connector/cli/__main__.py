"""`python -m connector.cli`: the same as `leadmode`."""

from connector.cli import main

main()
