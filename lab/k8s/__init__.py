"""The cluster: made by kind, its node, its API server, and the golden state that a reset puts back."""
