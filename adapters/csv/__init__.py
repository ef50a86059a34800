"""CSV files: a folder of exports is read, and files for a CRM's import are written."""
