"""What the public may see: which pages, with which values replaced; the search for what is left.

public_pages: what decides that a page is published · rights: the wiki's own rules · public_rules:
those of kb.toml · public_material: cases and pages redacted (public_record: a record; public_files:
attached files) · personal_data, protected, spelling, telephones: what is replaced ·
name_rules, name_model, undecided_names: names that nobody listed · leaks: the last
look at what is to be published; contents, packed, pictures, coded, plain_text: what a file says,
however packed.
"""
