#!/usr/bin/env python3
"""The command line: parse, call one function, render. Everything else is elsewhere.

It is loaded for every word typed, so it loads nothing but click: each command brings its own modules when it is called,
and `--help` waits for none of them (kept by tests/commands/test_start.py, measured by bench/start.py).

Results go to standard output, everything for eyes to standard error. An expected failure becomes one line and
an exit code in one place, `Cli`; a traceback is shown with --debug only.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - a clone is run by whatever Python there is, and nothing else says this
    sys.exit(f"Error: instagram2flickr needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}")

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from i2f import __version__

if __name__ == "__main__" and sys.argv[1:] == ["--version"]:  # answered before anything is installed, too
    sys.stdout.write(f"instagram2flickr, version {__version__}\n")
    sys.exit()


def _without(missing: ModuleNotFoundError) -> str:
    return (f"the Python {sys.executable} has no {missing.name}, which this program needs. In a clone, run "
            ".venv/bin/python instagram2flickr.py; README.md, Try it, shows how .venv is made")


try:
    import click
except ModuleNotFoundError as missing:
    sys.exit(f"Error: {_without(missing)}")

from i2f.flickr.photo_address import photo_id_of
from i2f.ground.errors import ExitCode, SettingsError, SyncError

if TYPE_CHECKING:
    from i2f.ground.settings import Settings

Function = TypeVar("Function", bound=Callable[..., Any])


class Cli(click.Group):
    """The one place where an expected failure becomes a line and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; settle what went wrong."""
        try:
            return super().invoke(ctx)
        except SyncError as error:
            return _fail(ctx, str(error), error.exit_code, error)
        except Terminated as error:
            return _fail(ctx, "stopped by the system; what was begun is noted, run again to go on", ExitCode.STOPPED,
                         error)
        except KeyboardInterrupt as error:
            return _fail(ctx, "interrupted; what was begun is noted, run again to go on", ExitCode.INTERRUPTED, error)
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - so that the interpreter's own flush is quiet
            return ctx.exit(ExitCode.DONE)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except ModuleNotFoundError as missing:
            return _fail(ctx, _without(missing), ExitCode.FAILED, missing)
        except OSError as error:
            return _fail(ctx, f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}; what was "
                         "begun is noted, run again to go on", ExitCode.STOPPED, error)
        except Exception as error:  # noqa: BLE001 - a traceback is for --debug, and there with its secrets masked
            return _fail(ctx, f"a mistake in this program ({type(error).__name__}); what was begun is noted. "
                         "--debug shows where", ExitCode.FAILED, error)


class Terminated(KeyboardInterrupt):
    """The system asks the program to end (SIGTERM, a closed terminal): as Ctrl-C, with another exit code."""


def _terminate(_number: int, _frame: object) -> None:
    raise Terminated


def _fail(ctx: click.Context, line: str, code: ExitCode, error: BaseException) -> object:
    from i2f.display.lines import fitted
    from i2f.ground.log_redaction import masked_traceback
    from i2f.sync.report import in_plain_words

    if _debug(ctx):
        click.echo(masked_traceback(error), err=True)
    click.echo(fitted(f"Error: {in_plain_words(line)}", sys.stderr), err=True)
    ctx.exit(code)


def _debug(ctx: click.Context) -> bool:
    return bool(ctx.find_root().meta.get("debug"))


def _note(name: str) -> Callable[[click.Context, click.Parameter, object], None]:
    """Keep a global option wherever it stands, before or after the command."""

    def keep(ctx: click.Context, _: click.Parameter, value: object) -> None:
        if value is not None and value is not False:
            ctx.find_root().meta[name] = value

    return keep


def with_global_options(function: Function) -> Function:
    """--config, --state, --debug and --version, which stand before or after the command."""
    for option in (
        click.option("--config", type=click.Path(path_type=Path), expose_value=False, callback=_note("config"),
                     help="The settings file."),
        click.option("--state", type=click.Path(path_type=Path), expose_value=False, callback=_note("state"),
                     help="The folder for login, journal and backups."),
        click.option("--debug", is_flag=True, expose_value=False, callback=_note("debug"),
                     help="Show tracebacks and what is asked of Flickr."),
        click.version_option(__version__, prog_name="instagram2flickr"),
    ):
        function = option(function)
    return function


def _photo_id(_ctx: click.Context, _param: click.Parameter, told: Any) -> Any:
    """Take a photo's number out of the address of its page; an address of anything else is a usage error."""
    if not isinstance(told, str):
        return tuple(_photo_id(_ctx, _param, one) for one in told)
    photo_id = photo_id_of(told)
    if "/" in photo_id:
        raise click.BadParameter(f"{told} is neither a photo's id nor the address of its page on Flickr")
    return photo_id


def with_json(function: Function) -> Function:
    """--json, for commands that tell something."""
    option = click.option("--json", "json_file", metavar="FILE", help="Write it as JSON; - for standard output.")
    return option(function)


def _settings(ctx: click.Context) -> Settings:
    from i2f.ground.log_redaction import hide, set_up_logging
    from i2f.ground.settings import load_settings

    noted = ctx.find_root().meta
    settings = load_settings(os.environ, noted.get("config"), noted.get("state"), Path(__file__).absolute())
    for warning in settings.warnings:
        click.echo(f"Warning: {warning}", err=True)
    hide(settings.flickr.api_secret, settings.flickr.token, settings.flickr.token_secret)
    set_up_logging(bool(noted.get("debug")))
    return settings


@click.group(cls=Cli, context_settings={"help_option_names": ["-h", "--help"]})
@with_global_options
def cli() -> None:
    """Put full-size originals in place of the small Instagram copies on your Flickr.

    \b
    Begin with:
      instagram2flickr.py doctor
      instagram2flickr.py sync ~/Pictures/iphone --dry-run
    """


@cli.command(short_help="Log in to Flickr.")
@click.option("--no-browser", is_flag=True, help="Print Flickr's address instead of opening it.")
@with_global_options
@click.pass_context
def login(ctx: click.Context, no_browser: bool) -> None:
    """Log in to Flickr: open its page, agree, and type the nine-digit code it shows.

    \b
    Examples:
      instagram2flickr.py login
      ssh -t nas instagram2flickr.py login --no-browser
    """
    from i2f.commands.login import log_in

    log_in(_settings(ctx), open_browser=not no_browser)


@cli.command(short_help="Forget the Flickr login kept on this machine.")
@with_global_options
@click.pass_context
def logout(ctx: click.Context) -> None:
    """Forget the Flickr login kept on this machine; journal and backups stay.

    \b
    Examples:
      instagram2flickr.py logout
      instagram2flickr.py logout --state ~/flickr-state
    """
    from i2f.commands.login import log_out

    log_out(_settings(ctx))


@cli.command(short_help="Replace small copies with the originals in a folder.")
@click.argument("folders", metavar="FOLDER...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show the plan and stop; Flickr is not changed.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Replace N pictures at most.")
@click.option("--photo", "photo_ids", multiple=True, metavar="ID", callback=_photo_id,
              help="Only this photo, by its id or the address of its page; may be given again.")
@click.option("--again", multiple=True, metavar="ID", callback=_photo_id,
              help="Look at a photo anew that was replaced or taken back.")
@click.option("--again-folder", is_flag=True,
              help="Accept a folder that holds far less than at the last run, or of which most cannot be read.")
@click.option("--json", "json_file", metavar="FILE", help="Write the report as JSON; - for standard output.")
@click.option("--preview", "preview_file", metavar="FILE.html", type=click.Path(path_type=Path),
              help="Write the plan as a page to look at.")
@click.option("--yes", is_flag=True, help="Do not ask before replacing.")
@with_global_options
@click.pass_context
def sync(ctx: click.Context, /, folders: tuple[Path, ...], json_file: str | None, yes: bool, **options: Any) -> None:
    """Replace small Instagram copies on Flickr with the originals in FOLDER.

    \b
    Examples:
      instagram2flickr.py sync ~/Pictures/iphone --dry-run --preview plan.html
      instagram2flickr.py sync ~/Pictures/iphone --limit 10 --json report.json
    """
    from i2f.commands import sync as main_job
    from i2f.sync.order import SyncOrder

    order = SyncOrder(folders=folders, json_file=json_file, ask=not yes, **options)
    ctx.exit(main_job.sync(_settings(ctx), order))


@cli.command()
@click.argument("photo_ids", metavar="[PHOTO_ID]...", nargs=-1, callback=_photo_id)
@click.option("--run", metavar="RUN", help="Every picture replaced in this run (see status).")
@click.option("--all", "everything", is_flag=True, help="Every picture ever replaced.")
@with_json
@with_global_options
@click.pass_context
def undo(
    ctx: click.Context, photo_ids: tuple[str, ...], run: str | None, everything: bool, json_file: str | None
) -> None:
    """Put the saved copies back in place of the originals.

    \b
    Examples:
      instagram2flickr.py undo 8037212345
      instagram2flickr.py undo --run 20261122T100000Z-3f2a
    """
    if (bool(photo_ids), run is not None, everything).count(True) != 1:
        raise click.UsageError("name photos, or a run with --run, or say --all; status lists the runs")
    from i2f.commands import undo as looking_back

    ctx.exit(looking_back.undo(_settings(ctx), photo_ids, run, json_file))


@cli.group()
@with_global_options
def backup() -> None:
    """The saved copies: `status` says where they are and how big."""


@backup.command("prune", short_help="Let old saved copies go.")
@click.option("--older-than", "days", type=click.FloatRange(min=0), required=True, metavar="DAYS",
              help="Saved and used longer ago than this.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_global_options
@click.pass_context
def backup_prune(ctx: click.Context, days: float, yes: bool) -> None:
    """Let old saved copies go; what they belong to cannot be taken back any more.

    \b
    Examples:
      instagram2flickr.py backup prune --older-than 365
      instagram2flickr.py backup prune --older-than 730 --yes
    """
    from i2f.commands import undo as looking_back

    ctx.exit(looking_back.let_go(_settings(ctx), days, ask=not yes))


@cli.command(short_help="Answer the doubtful ones, side by side.")
@click.argument("photo_ids", metavar="[PHOTO_ID]...", nargs=-1, callback=_photo_id)
@click.option("--no-browser", is_flag=True, help="Print the page's address instead of opening it.")
@click.option("--terminal", is_flag=True, help="Ask here, in words, with the paths to open.")
@with_global_options
@click.pass_context
def review(ctx: click.Context, photo_ids: tuple[str, ...], no_browser: bool, terminal: bool) -> None:
    """Answer the doubtful ones, side by side in the browser; the next sync does what you said.

    Photos that are named are asked about whatever was decided.

    \b
    Examples:
      instagram2flickr.py review
      instagram2flickr.py review 8037212345 --terminal
    """
    from i2f.commands import review as asking

    how = "terminal" if terminal else "address" if no_browser else "browser"
    ctx.exit(asking.review(_settings(ctx), photo_ids, how))


@cli.command(short_help="Tell why a photo was decided on as it was.")
@click.argument("photo_id", callback=_photo_id, metavar="PHOTO_ID")
@with_json
@with_global_options
@click.pass_context
def why(ctx: click.Context, photo_id: str, json_file: str | None) -> None:
    """Tell why a photo was decided on as it was: the five best candidates and their evidence.

    \b
    Examples:
      instagram2flickr.py why https://www.flickr.com/photos/me/8037212345/
      instagram2flickr.py why 8037212345 --json -
    """
    from i2f.commands import status as looking_back

    looking_back.why(_settings(ctx), photo_id, json_file)


@cli.command()
@with_json
@with_global_options
@click.pass_context
def status(ctx: click.Context, json_file: str | None) -> None:
    """Show what has been done, what waits, and where the backups are.

    \b
    Examples:
      instagram2flickr.py status
      instagram2flickr.py status --json - --state ~/flickr-state
    """
    from i2f.commands import status as looking_back

    looking_back.status(_settings(ctx), json_file)


@cli.command(short_help="Check what a first run needs, and say what to do next.")
@with_json
@with_global_options
@click.pass_context
def doctor(ctx: click.Context, json_file: str | None) -> None:
    """Check settings, login, Pro, permissions, HEIC and disk; each line is ok or says what to do.

    \b
    Examples:
      instagram2flickr.py doctor
      instagram2flickr.py doctor --config ~/flickr.ini
    """
    from i2f.display.lines import say

    try:
        settings = _settings(ctx)
    except SettingsError as error:
        say(f"[!!] settings: {error}")
        ctx.exit(error.exit_code)
    from i2f.commands import doctor as checkup

    ctx.exit(checkup.doctor(settings, json_file))


@cli.command(short_help="Show the whole story on a pretend Flickr.")
@click.option("--photos", metavar="FOLDER", type=click.Path(path_type=Path),
              help="Use these photographs instead of painted ones.")
@with_global_options
@click.pass_context
def demo(ctx: click.Context, photos: Path | None) -> None:
    """Show the whole story in under a minute on a pretend Flickr; no account is needed.

    \b
    Examples:
      instagram2flickr.py demo
      instagram2flickr.py demo --photos ~/Pictures/iphone
    """
    from i2f.commands import demo as story

    ctx.exit(story.tell(photos))


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")  # a file name may hold bytes that no terminal can show
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _terminate)
    cli()


if __name__ == "__main__":
    main()
