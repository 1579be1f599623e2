"""`kb export`: everything in an open format. Each format is a subcommand with its own options."""

from __future__ import annotations

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import click
import msgspec

from kb.cli.console import err, home_option, opened
from kb.cli.inside import tell_held, tell_inside
from kb.export import protocol
from kb.export.protocol import Exporter, ExportOptions
from kb.plugins import PluginError


class _Formats(click.Group):
    """The formats that are installed; only the one that is named is imported."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0].startswith("--") and args[0] not in ctx.help_option_names:
            args = _format_first(args)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return protocol.exporter_names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        return _command_of(protocol.exporter_named(cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("FORMAT is one of"):
            formatter.write_dl([(name, _described(name)) for name in protocol.exporter_names()])


def _format_first(args: list[str]) -> list[str]:
    """Move FORMAT before the options: that which is a format's name, and no option's value."""
    places = [at for at, word in enumerate(args) if word in protocol.exporter_names()]
    values = [at for at in places if args[at - 1].startswith("--")]
    at = next(iter([*(at for at in places if at not in values), *values]), 0)
    return [args[at], *args[:at], *args[at + 1 :]]


class _FormatCommand(click.Command):
    """One format; an option that it does not have is told with the formats that do."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            field = error.option_name.lstrip("-").replace("-", "_")
            raise protocol.unknown_option(str(self.name), field, error.option_name) from error


@click.group(
    cls=_Formats,
    options_metavar="",
    subcommand_metavar="FORMAT DEST [OPTIONS]",
    epilog="Example: kb export jsonl - | head -1",
)
def command() -> None:
    """Write everything in FORMAT to DEST; `-` is stdout where that makes sense.

    `kb export FORMAT --help` lists the options of a format.
    """


def _described(name: str) -> str:
    try:
        return protocol.exporter_named(name).description
    except (ImportError, PluginError) as error:
        return f"cannot be loaded: {error}"


def _command_of(exporter: Exporter[ExportOptions]) -> click.Command:
    @home_option
    @click.argument("dest", metavar="DEST")
    def write(dest: str, home: Path | None, **chosen: object) -> None:
        with opened(home) as library:
            if chosen["audience"] == "public":
                tell_inside(library.public_pages())
            report = library.export(exporter.name, dest, **chosen)
        tell_held(report.held)
        if summary := report.summary():
            err.print(summary, soft_wrap=True, markup=False)

    made: click.Command = click.command(
        exporter.name, cls=_FormatCommand, help=f"Write {exporter.description}."
    )(write)
    made.params[:0] = _flags(exporter.options)
    return made


def _flags(options: type[ExportOptions]) -> Iterator[click.Option]:
    """Yield the flag of each field of an options record, those of the format alone first."""
    hints = get_type_hints(options, include_extras=True)
    common = ExportOptions.__struct_fields__
    for field in sorted(msgspec.structs.fields(options), key=lambda field: field.name in common):
        kind, meta = hints[field.name], msgspec.Meta()
        if get_origin(kind) is Annotated:
            kind, meta = get_args(kind)[:2]
        flag = f"--{field.name.replace('_', '-')}"
        about = {"default": field.default, "help": meta.description}
        if kind is bool:
            yield click.Option([flag], is_flag=True, **about)
        else:
            shown = field.default is not None
            yield click.Option([flag], type=_type_of(kind, meta), show_default=shown, **about)


def _type_of(kind: Any, meta: msgspec.Meta) -> click.ParamType[Any]:
    """Return click's type for that of a field."""
    if get_origin(kind) is types.UnionType:  # the other one is None
        kind = get_args(kind)[0]
    if get_origin(kind) is Literal:
        return click.Choice(get_args(kind))
    if kind is Path:
        path = (meta.extra or {}).get("path")
        return click.Path(
            path_type=Path, exists=path == "file", dir_okay=path != "file",
            file_okay=path != "folder",
        )  # fmt: skip
    return click.INT if kind is int else click.STRING
