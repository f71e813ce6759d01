"""Engines and the unit of work; knows no table of any feature."""
