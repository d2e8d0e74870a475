"""Watching a cluster: changes of its files, containers and objects are told as they come."""
