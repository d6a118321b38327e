"""A book to be read and heard at once: EPUB 3 with media overlays. An engine: no Django, no sound."""
