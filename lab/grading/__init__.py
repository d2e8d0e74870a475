"""Grading: asks what checks need to know, judges the answers, and adds up the points."""
