"""Salesforce: people, activities and campaigns are read; tasks and fields are written."""
