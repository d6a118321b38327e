"""Django's PostgreSQL in fewer roundtrips; ``ENGINE`` of the settings names this package."""
