"""Docker: finding it, asking it, and on request installing and starting it."""
