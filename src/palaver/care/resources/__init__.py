"""Who helps, where: services of people for people in need, with the page each was read on; only `throughline.py` asks a network, where an operator wants it."""
