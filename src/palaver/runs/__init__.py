"""Runs: one turn of a model, journaled and driven; not the doors through which its events leave."""
