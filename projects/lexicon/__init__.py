"""What is said instead of what is written: plain Python, texts in and texts out."""
