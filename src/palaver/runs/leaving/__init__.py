"""Ending what somebody asked who may ask no more."""
