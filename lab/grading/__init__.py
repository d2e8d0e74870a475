"""Grading: what a look at the cluster asks for, the answers, and what they earn."""
