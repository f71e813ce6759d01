"""Memory: facts that a person lets Palaver remember. It asks no model and takes no turn."""
