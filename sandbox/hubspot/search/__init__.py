"""CRM search: what is asked, which objects match, in which order they come, and the real faults.

https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm
"""
