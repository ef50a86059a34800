"""Rules and configuration beside what the platforms have: fields, values, users.

Everything is asked, nothing is written.
"""
