"""What a public site must not tell: pages kept inside, values replaced and looked for."""
