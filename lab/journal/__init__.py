"""The progress journal's file: a chain of events, and what they come to."""
