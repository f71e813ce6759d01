"""Who helps, where: services for people in need, with the page each was read on; only `throughline.py` asks a network."""
