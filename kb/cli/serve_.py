"""`kb serve`: the site and its search API from this machine."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.console import home_option, opened, say


@click.command(epilog="Example: kb serve --port 8080")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True,
    help="Port to listen on; 0 takes any that is free and says which.",
)  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@home_option
def command(port: int, host: str, home: Path | None) -> None:
    """Build the internal site, serve it, and build again whenever the archive changes."""
    with opened(home) as library, library.server(host, port) as server:

        def ready() -> None:
            say("note", "cyan", "the internal site: personal data is shown to whoever can reach it")
            say("serving", "green", f"{server.url} (Ctrl-C ends it)")

        server.serve(ready)
