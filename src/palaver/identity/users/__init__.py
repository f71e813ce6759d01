"""Users as administrators look after them."""
