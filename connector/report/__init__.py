"""What leadmode knows, as values for people to read. Nothing here changes anything."""
