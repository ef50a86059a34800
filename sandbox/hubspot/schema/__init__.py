"""The types of objects in a portal and their properties."""
