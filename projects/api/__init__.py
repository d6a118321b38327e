"""The JSON API: another door to the same acts. Rules stand in access, forms and actions; none stands here.

One file a noun, as in views. What all nouns share: doors.py (who may), problems.py, pages.py, keys.py.
"""
