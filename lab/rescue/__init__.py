"""Keeps the last good files of the control plane, and puts them back in place of an edit that broke it."""
