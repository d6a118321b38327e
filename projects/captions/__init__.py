"""What is spoken, as text: captions, transcripts and labels, from where lines stand in a file. An engine: no Django."""
