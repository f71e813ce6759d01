"""How often somebody may call: by user, key and address, for groups of routes; what it costs is not known here."""
