"""The options that several commands share, each written once, and what click has no good words for.

An option of every command stands before or after the command's name. It is kept beside the command's own words, in
`ctx.find_root().meta`, so that no command has to hand it on, and the help shows these options below the command's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from i2f import __version__
from i2f.flickr.photo_address import photo_id_of

_PICTURE_OF_A_POST = re.compile(r"[\w-]{1,40}/\d{1,3}", re.ASCII)
Function = TypeVar("Function", bound=Callable[..., Any])


class SharedOption(click.Option):
    """An option of every command."""


class Command(click.Command):
    """A command whose help shows its own options first, then those of every command."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the two lists."""
        lists: dict[str, list[tuple[str, str]]] = {"Options": [], "Options of every command": []}
        own, shared = lists.values()
        for one in self.get_params(ctx):
            record = one.get_help_record(ctx) if isinstance(one, click.Option) else None
            if record is not None:
                (shared if isinstance(one, SharedOption) else own).append(record)
        for title, records in lists.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


def at_least_zero(read: type[int] | type[float]) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """Reads a number of 0 or more: how many photos, how many days. What is none is a usage error in words."""

    def number(_ctx: click.Context, _option: click.Parameter, typed: str | None) -> int | float | None:
        try:
            value = None if typed is None else read(typed)
        except ValueError:
            value = -1
        if value is not None and not 0 <= value < float("inf"):  # nor for what is called nan
            raise click.BadParameter(f"{typed} is not a {'whole number' if read is int else 'number'} of 0 or more")
        return value

    return number


def _keep(ctx: click.Context, option: click.Parameter, value: object) -> None:
    """Keep an option wherever it stands."""
    if value is not None and value is not False:
        ctx.find_root().meta[str(option.name)] = value


def with_shared_options(function: Function) -> Function:
    """The options of every command, which stand before or after it."""
    file, any_path = click.Path(dir_okay=False, path_type=Path), click.Path(path_type=Path)
    options: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
        (("--config",), {"metavar": "FILE", "type": any_path, "help": "Use this settings file."}),
        (
            ("--state",),
            {"metavar": "FOLDER", "type": any_path, "help": "Use this folder for login, journal and backups."},
        ),
        (
            ("-v", "--verbose"),
            {"is_flag": True, "help": "Show more: each photo as it is done, numbers in `why`."},
        ),
        (("-q", "--quiet"), {"is_flag": True, "help": "Show only failures, errors and the summary."}),
        (("--log-file",), {"metavar": "FILE", "type": file, "help": "Append a log to this file; secrets are masked."}),
        (("--debug",), {"is_flag": True, "help": "Show tracebacks and every request to Flickr."}),
    )
    function = click.version_option(__version__, prog_name="instagram2flickr", cls=SharedOption)(function)
    for names, told in reversed(options):
        function = click.option(*names, cls=SharedOption, expose_value=False, callback=_keep, **told)(function)
    return function


def photo_ids_argument(complete: Any) -> Callable[[Function], Function]:
    """Photos by their ids or the addresses of their pages; none is allowed."""
    return click.argument("photo_ids", metavar="[PHOTO_ID]...", nargs=-1, callback=photo_ids, shell_complete=complete)


def photo_id_argument(complete: Any) -> Callable[[Function], Function]:
    """One photo, by its id or the address of its page."""
    return click.argument("photo_id", metavar="PHOTO_ID", callback=photo_ids, shell_complete=complete)


def photo_or_post_argument(complete: Any) -> Callable[[Function], Function]:
    """A photo as in photo_id_argument, or a post by its key or its address on Instagram."""

    def read(ctx: click.Context, param: click.Parameter, told: str) -> Any:
        is_post = "instagr" in told.lower() or _PICTURE_OF_A_POST.fullmatch(told)
        return told if is_post else photo_ids(ctx, param, told)

    return click.argument("photo_id", metavar="PHOTO_ID|POST", callback=read, shell_complete=complete)


def photo_ids(_ctx: click.Context, _param: click.Parameter, told: Any) -> Any:
    """Take a photo's number out of the address of its page; an address of anything else is a usage error."""
    if not isinstance(told, str):
        return tuple(photo_ids(_ctx, _param, one) for one in told)
    photo_id = photo_id_of(told)
    if "/" in photo_id:
        raise click.BadParameter(f"{told} is neither a photo ID nor the URL of a photo page on Flickr")
    return photo_id


def json_option(what: str = "result") -> Callable[[Function], Function]:
    """--json, for commands that tell something."""
    return click.option(
        "--json", "json_file", metavar="FILE", help=f"Write the {what} as JSON (- for standard output)."
    )


def export_option(name: str = "export") -> Callable[[Function], Function]:
    """--export, given to the command under this name."""
    return click.option(
        "--export",
        name,
        multiple=True,
        metavar="PATH",
        type=click.Path(path_type=Path),
        help="Your Instagram data export, a folder or zip file; can be repeated.",
    )


def folders_argument(*, required: bool = True) -> Callable[[Function], Function]:
    """The folders of originals."""
    return click.argument(
        "folders",
        metavar="FOLDER..." if required else "[FOLDER]...",
        nargs=-1,
        required=required,
        type=click.Path(path_type=Path),
    )


def again_folder_option(function: Function) -> Function:
    """--again-folder, for commands that refuse a folder that lost half of its photos."""
    option = click.option(
        "--again-folder",
        is_flag=True,
        help="Accept a folder that holds far fewer photos than last time, or where most cannot be read.",
    )
    return option(function)
