"""The parts of the screens: one file a thing that is seen."""
