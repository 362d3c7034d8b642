"""Vectors and times → themes, terms, episodes, maps, peaks."""
