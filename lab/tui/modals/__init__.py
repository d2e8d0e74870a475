"""Pages that ask or tell something on top of a screen."""
