"""HubSpot: the second CRM, and marketing engagement."""
