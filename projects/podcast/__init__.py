"""A podcast feed: RSS 2.0 with the words of Apple's and the podcast namespace. An engine: no Django, no sound."""
