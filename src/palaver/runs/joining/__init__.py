"""Somebody from the team answers in a person's session instead of a model; who may join is decided by escalations."""
