"""Makes the encoder of the extra `care` out of public sets; nothing of it runs in a server."""
