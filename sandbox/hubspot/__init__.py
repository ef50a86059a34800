"""A sandbox HubSpot: one portal in memory, and a server that answers like api.hubapi.com."""
