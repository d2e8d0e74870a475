"""Exercises as data: read from their files, checked, and filled in with their variables."""
