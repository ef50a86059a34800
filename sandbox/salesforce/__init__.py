"""A Salesforce org on loopback, for demos and tests. Each module names the document it follows."""
