"""The AG-UI protocol: what is asked, how it is told, and the route; nothing of its transports but HTTP."""
