"""Once per distinct key, then gather."""
