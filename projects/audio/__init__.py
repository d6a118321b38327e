"""Sound, as plain Python: measure a take, join pieces of one, assemble a book, write it whole or by chapter.

Every take is mono, 24 kHz, signed 16 bit. This package knows no database, no web and no endpoint.
"""
