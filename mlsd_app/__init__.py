"""The project around the two apps: settings, addresses, and the parts that run."""
