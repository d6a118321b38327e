"""The manuscript engine: files and pasted text in, chapters of paragraphs out. Plain Python, no Django."""
