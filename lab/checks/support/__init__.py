"""What several kinds of checks share."""
