"""Other people's wire formats over our runs: each translates, and nothing else; what it cannot honour it refuses."""
