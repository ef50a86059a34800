"""Proposes weights and thresholds from won history. Nothing here ever changes a rule."""
