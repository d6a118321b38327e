"""The figures that the README quotes, each repeatable by one command: python -m bench NAME."""
