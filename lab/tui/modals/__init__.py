"""What is asked and said on top of a screen."""
