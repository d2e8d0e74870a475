"""Finds Docker, sends it requests, and on request installs and starts it."""
