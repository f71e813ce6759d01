"""Anthropic's messages over our runs: what is asked, what is told, and the routes."""
