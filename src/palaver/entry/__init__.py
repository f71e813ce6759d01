"""Where the house is put together: settings, composition, server and command line; no feature lives here."""
