"""API keys beyond making them: networks they are limited to, rotation, what was leaked; the door checks them."""
