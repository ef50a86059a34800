"""Figures as people see them: shares with how sure they are, charts, and pages without a script."""
