"""Who helps, where: services for people in need, with where each was read; only `throughline.py` asks a network."""
