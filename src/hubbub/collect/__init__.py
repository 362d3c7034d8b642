"""Bytes from a platform or a foreign file → records."""
