"""A project in one file: the ZIP, its manifest, and what is refused of it. What the rows mean: actions/archived.py."""
