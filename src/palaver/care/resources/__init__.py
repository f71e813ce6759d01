"""Who helps, where: services of people for people in need, with the page each was read on; it asks no network."""
