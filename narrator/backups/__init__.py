"""The whole studio in one file, and back: rows, stored files, keys. What they mean is not known here."""
