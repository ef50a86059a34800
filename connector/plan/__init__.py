"""Decisions without effects: what an evaluation means for the CRM."""
