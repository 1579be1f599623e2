"""What a line is by itself: display text, labels, headings, speakers, marks, values."""
