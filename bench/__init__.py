"""Speeds of the lab, each as a ratio of two measurements in one run: machines differ, ratios less."""
