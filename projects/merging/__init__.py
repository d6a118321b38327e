"""Two versions of a book against the one that both came from: which paragraph became which, and who changed it.

Texts in, indices out: nothing here knows of rows, takes or money.
"""
