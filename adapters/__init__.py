"""One folder per platform; each fills the port of `connector.ports`."""
