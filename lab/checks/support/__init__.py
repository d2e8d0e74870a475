"""What several kinds of checks share: readers of what the cluster and the node say, and probes."""
