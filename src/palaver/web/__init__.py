"""The built web client, served; what it is made of stands in the folder `web` of the repository."""
