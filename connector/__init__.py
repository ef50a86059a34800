"""leadmode: sees when a known person is shopping again, and writes it into the CRM."""

__version__ = "0.1.0"
