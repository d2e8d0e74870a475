"""Why the control plane is away, or not as it seems: one look at the node, and the faults that it shows."""
