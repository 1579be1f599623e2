"""What a public site must not tell: found, replaced, and looked for again at the end."""
