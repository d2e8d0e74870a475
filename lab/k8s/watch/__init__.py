"""Watches a cluster, and reports changes of its files, containers and objects as they come."""
