"""What the public may see: which pages, with which values replaced; the search for what is left.

public_pages: what decides that a page is published · rights: the wiki's own rules · rules: those of
kb.toml · public_material: cases and pages redacted (public_record: a record) · personal_data,
protected, spelling, telephones: what is replaced · leaks: the last look at what is to be published.
"""
