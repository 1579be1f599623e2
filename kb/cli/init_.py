"""`kb init`: a kb.toml with comments."""

from __future__ import annotations

from pathlib import Path

import click

from kb.errors import UsageError

_TEMPLATE = """\
# Settings of this casebook. Every key is optional; `kb --help` lists the commands.

[wiki]
name = "xwiki"                  # what the archive calls the wiki
# timezone = "Asia/Shanghai"    # zone of the dates that its pages print without one

# What `kb sync` imports; repeat the table for more sources.
# [[source]]
# location = "https://wiki.example.org/bin/view/Support/"   # or a file, a folder, a .xar
# spaces = ["Support.*"]
# user = "reader"
# password_env = "WIKI_PASSWORD"                            # never the password itself

[cases]
# profiles = ["after-sales-zh", "after-sales-en"]           # names, or paths of TOML files

[search]
# backend = "tantivy"           # or whoosh, opensearch (with url = "https://…")
# revisions = true              # kb search --old finds what pages once said

[site]
title = "Casebook"
language = "zh"                 # the site's first language: zh or en
# url = "https://cases.example.org/"

[public]                        # of --audience public; docs/site.md has all keys
# open = ["Support.Cases.*"]    # pages that may be public, whatever the wiki's rights say
# exclude = ["Support.Staff.*"] # pages that stay inside
"""


@click.command(epilog="Example: kb init my-cases")
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
def command(folder: Path) -> None:
    """Write a kb.toml with comments into FOLDER (default: here)."""
    target = folder / "kb.toml"
    if target.exists():
        raise UsageError(f"{target} exists", hint="edit it, or remove it first")
    folder.mkdir(parents=True, exist_ok=True)
    target.write_text(_TEMPLATE, "utf-8")
    click.echo(target)
