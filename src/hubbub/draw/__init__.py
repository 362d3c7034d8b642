"""Findings → charts and the report."""
