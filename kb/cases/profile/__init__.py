"""Profiles: how a team writes its cases, as TOML files; the ones shipped are in shipped/."""
