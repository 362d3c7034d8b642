"""Texts → vectors, without torch."""
