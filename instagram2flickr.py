#!/usr/bin/env python3
"""The command line: every command with its options and its help, in the order a person meets them.

A command here parses and calls one function of i2f/commands; everything else is elsewhere. This file is loaded for
every word typed, so it loads nothing but click: each command brings its own modules when it is called, and `--help`
waits for none of them (kept by tests/commands/test_start.py, measured by bench/start.py). Options that several commands
share are in i2f/commands/options.py.

Results go to standard output, everything for eyes to standard error. An expected failure becomes one line and an exit
code in one place, i2f/commands/error_boundary.py; a traceback is shown with --debug only.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - a clone is run by whatever Python there is, and nothing else says this
    sys.exit(f"Error: instagram2flickr needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}")

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from i2f import __version__

if __name__ == "__main__" and sys.argv[1:] == ["--version"]:  # answered before anything is installed, too
    sys.stdout.write(f"instagram2flickr, version {__version__}\n")
    sys.exit()

from i2f.ground.blas_threads import use_one_thread
from i2f.ground.errors import SettingsError, missing_module

try:
    import click
except ModuleNotFoundError as missing:
    sys.exit(f"Error: {missing_module(missing)}")

from i2f.commands import completion as complete
from i2f.commands import options
from i2f.commands.error_boundary import Cli, interrupt_on_signals

if TYPE_CHECKING:
    from i2f.ground.settings import Settings


def _settings(ctx: click.Context, environment: Mapping[str, str] = os.environ) -> Settings:
    import logging

    from i2f.display.lines import fitted
    from i2f.ground.log_output import set_up_logging
    from i2f.ground.log_redaction import hide
    from i2f.ground.settings import load_settings

    noted = ctx.find_root().meta
    settings = load_settings(environment, noted.get("config"), noted.get("state"), Path(__file__).absolute())
    for warning in settings.warnings:
        click.echo(fitted(f"Warning: {warning}", sys.stderr), err=True)
    hide(settings.flickr.api_key, settings.flickr.api_secret, settings.flickr.token, settings.flickr.token_secret)
    set_up_logging(debug=bool(noted.get("debug")), log_file=noted.get("log_file"))
    logging.getLogger("i2f").info("instagram2flickr %s: %s", __version__, ctx.command_path)
    return replace(settings, verbose=bool(noted.get("verbose")), quiet=bool(noted.get("quiet")))


@click.group(
    cls=Cli,
    short_help="Replace the small Instagram copies in your Flickr account with the full-size originals",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@options.with_shared_options
def cli() -> None:
    """Replace the small Instagram copies in your Flickr account with the full-size originals.

    \b
    Start with:
      instagram2flickr.py setup
      instagram2flickr.py sync ~/Pictures/iphone --dry-run
    """


@cli.command(short_help="Enter the Flickr key and log in.")
@click.option("--no-browser", is_flag=True, help="Print the URL instead of opening it, and ask for the 9-digit code.")
@options.with_shared_options
@click.pass_context
def setup(ctx: click.Context, no_browser: bool) -> None:
    """Enter the Flickr API key and secret, check them with Flickr, save them, and log in.

    \b
    Examples:
      instagram2flickr.py setup
      instagram2flickr.py setup --no-browser --config ~/flickr.ini
    """
    from i2f.commands.setup import set_up
    from i2f.ground.settings import PREFIX

    named = ctx.find_root().meta.get("config") or os.environ.get(f"{PREFIX}CONFIG") or None
    environment = dict(os.environ)
    if named is not None and not Path(named).expanduser().is_file():
        # The file to be written is not there yet, so the others are not read either.
        ctx.find_root().meta.pop("config", None)
        environment.pop(f"{PREFIX}CONFIG", None)
    set_up(_settings(ctx, environment), None if named is None else Path(named), open_browser=not no_browser)


@cli.command(short_help="Log in to Flickr.")
@click.option("--no-browser", is_flag=True, help="Print the URL instead of opening it, and ask for the 9-digit code.")
@options.with_shared_options
@click.pass_context
def login(ctx: click.Context, no_browser: bool) -> None:
    """Log in to Flickr: approve access in the browser, or paste the 9-digit code Flickr shows.

    \b
    Examples:
      instagram2flickr.py login
      ssh -t nas instagram2flickr.py login --no-browser
    """
    from i2f.commands.login import log_in

    log_in(_settings(ctx), open_browser=not no_browser)


@cli.command(short_help="Remove the Flickr login from this machine.")
@options.with_shared_options
@click.pass_context
def logout(ctx: click.Context) -> None:
    """Remove the Flickr login from this machine; journal and backups are kept.

    \b
    Examples:
      instagram2flickr.py logout
      instagram2flickr.py logout --state ~/flickr-state
    """
    from i2f.commands.login import log_out

    log_out(_settings(ctx))


@cli.command(short_help="Replace small copies with the originals in a folder.")
@options.folders_argument()
@click.option("--dry-run", is_flag=True, help="Show the plan and stop; Flickr is not changed.")
@options.export_option()
@click.option("--limit", callback=options.at_least_zero(int), metavar="N", help="Replace at most N photos.")
@click.option(
    "--photo",
    "photo_ids",
    multiple=True,
    metavar="ID",
    callback=options.photo_ids,
    shell_complete=complete.DECIDED,
    help="Only this photo (ID or URL); can be repeated.",
)
@click.option(
    "--again",
    multiple=True,
    metavar="ID",
    callback=options.photo_ids,
    shell_complete=complete.RESTORED,
    help="Reconsider a photo already replaced or restored; can be repeated.",
)
@click.option(
    "--again-all",
    is_flag=True,
    help="Reconsider the photos that `undo` restored, but not those rejected in `review` since.",
)
@click.option(
    "--again-run",
    metavar="RUN",
    shell_complete=complete.RUNS,
    help="The same for the photos of one run (`status` lists the runs).",
)
@options.again_folder_option
@click.option(
    "--as-posted", is_flag=True, help="Send the pictures as posted, rendered from the originals at full size."
)
@options.json_option("report")
@click.option(
    "--preview",
    "preview_file",
    metavar="FILE.html",
    type=click.Path(path_type=Path),
    help="Write the plan as a page for the browser.",
)
@click.option("--yes", is_flag=True, help="Do not ask before replacing.")
@options.with_shared_options
@click.pass_context
def sync(ctx: click.Context, /, folders: tuple[Path, ...], json_file: str | None, yes: bool, **rest: Any) -> None:
    """Replace small Instagram copies on Flickr with the originals in FOLDER.

    \b
    Examples:
      instagram2flickr.py sync ~/Pictures/iphone --dry-run --preview plan.html
      instagram2flickr.py sync ~/Pictures/iphone --limit 10 --json report.json
    """
    from i2f.commands import sync as main_job
    from i2f.sync.order import SyncOrder

    order = SyncOrder(folders=folders, json_file=json_file, ask=not yes, **rest)
    ctx.exit(main_job.sync(_settings(ctx), order))


@cli.command(short_help="Upload Instagram posts that are not on Flickr yet.")
@options.folders_argument()
@options.export_option("exports")
@click.option("--dry-run", is_flag=True, help="Show the plan and stop; Flickr is not changed.")
@click.option("--limit", callback=options.at_least_zero(int), metavar="N", help="Upload at most N photos.")
@click.option(
    "--privacy",
    type=click.Choice(["private", "friends", "public"]),
    help="Who can see the new photos (default: the setting [new] privacy).",
)
@click.option(
    "--album",
    metavar="NAME",
    help="Put them into this album, created if needed (default: the setting [new] album).",
)
@options.again_folder_option
@options.json_option("report")
@click.option("--yes", is_flag=True, help="Do not ask before uploading; needed without a terminal.")
@options.with_shared_options
@click.pass_context
def new(ctx: click.Context, /, folders: tuple[Path, ...], yes: bool, **rest: Any) -> None:
    """Upload the posts of your Instagram data export that are not on Flickr yet, from the originals in FOLDER.

    \b
    Examples:
      instagram2flickr.py new ~/Pictures --export instagram.zip --dry-run
      instagram2flickr.py new ~/Pictures --export instagram.zip --album Posts
    """
    from i2f.commands import new as uploading
    from i2f.sync.new_run import NewOrder

    order = NewOrder(folders=folders, ask=not yes, **rest)
    ctx.exit(uploading.new(_settings(ctx), order))


@cli.command(short_help="Restore replaced photos; delete what `new` uploaded.")
@options.photo_ids_argument(complete.REPLACED)
@click.option(
    "--run",
    metavar="RUN",
    shell_complete=complete.RUNS,
    help="Undo everything that one run replaced or uploaded (`status` lists the runs).",
)
@click.option("--all", "everything", is_flag=True, help="Undo everything ever replaced or uploaded.")
@click.option("--yes", is_flag=True, help="Do not ask before restoring or deleting.")
@options.json_option()
@options.with_shared_options
@click.pass_context
def undo(ctx: click.Context, /, photo_ids: tuple[str, ...], run: str | None, **rest: Any) -> None:
    """Restore replaced photos from their backups; in a terminal it shows them and asks first.

    Photos that `new` uploaded are deleted, if nobody has touched them since; Flickr asks you to allow that.

    \b
    Examples:
      instagram2flickr.py undo 8037212345
      instagram2flickr.py undo --run 20261122T100000Z-3f2a
    """
    from i2f.commands import undo as undoing

    if (bool(photo_ids), run is not None, rest["everything"]).count(True) != 1:
        raise click.UsageError("name photos, or a run with --run, or use --all; `status` lists the runs")
    order = undoing.UndoOrder(photo_ids, run, rest["json_file"], ask=not rest["yes"])
    ctx.exit(undoing.undo(_settings(ctx), order))


@cli.group(short_help="Delete old backups (`backup prune`).")
@options.with_shared_options
def backup() -> None:
    """Manage the backups; `status` shows where they are and their size."""


@backup.command("prune", cls=options.Command, short_help="Delete old backups.")
@click.option(
    "--older-than",
    "days",
    callback=options.at_least_zero(float),
    required=True,
    metavar="DAYS",
    help="Delete backups that were made, and last used, more than DAYS days ago.",
)
@click.option("--yes", is_flag=True, help="Do not ask before deleting; needed without a terminal.")
@options.with_shared_options
@click.pass_context
def backup_prune(ctx: click.Context, days: float, yes: bool) -> None:
    """Delete old backups; the photos they belong to can then no longer be restored.

    \b
    Examples:
      instagram2flickr.py backup prune --older-than 365
      instagram2flickr.py backup prune --older-than 730 --yes
    """
    from i2f.commands.undo import let_go

    ctx.exit(let_go(_settings(ctx), days, ask=not yes))


@cli.command(short_help="Review uncertain matches side by side.")
@options.photo_ids_argument(complete.WAITING)
@click.option("--no-browser", is_flag=True, help="Print the page's URL instead of opening it.")
@click.option("--terminal", is_flag=True, help="Review in the terminal, which shows the paths of the files to open.")
@click.option(
    "--post",
    "posts",
    multiple=True,
    metavar="KEY",
    shell_complete=complete.WAITING_POSTS,
    help="Review this post, named by its key in `new --json`; can be repeated.",
)
@options.with_shared_options
@click.pass_context
def review(
    ctx: click.Context, photo_ids: tuple[str, ...], no_browser: bool, terminal: bool, posts: tuple[str, ...]
) -> None:
    """Review uncertain matches side by side in the browser; the next `sync` applies your answers.

    Posts that `new` left for review are shown, too; the next `new` applies those answers. Name photo IDs or posts to
    review them whatever was decided.

    \b
    Examples:
      instagram2flickr.py review
      instagram2flickr.py review 8037212345 --post 1341835201 --terminal
    """
    from i2f.commands import review as asking

    how = "terminal" if terminal else "address" if no_browser else "browser"
    ctx.exit(asking.review(_settings(ctx), photo_ids, how, posts))


@cli.command(short_help="Explain the decision for a photo or a post.")
@options.photo_or_post_argument(complete.EXPLAINED)
@click.option("--open", "open_page", is_flag=True, help="Also show the copy beside each candidate as a page.")
@options.export_option()
@options.json_option()
@options.with_shared_options
@click.pass_context
def why(ctx: click.Context, photo_id: str, open_page: bool, export: tuple[Path, ...], json_file: str | None) -> None:
    """Explain the decision for a photo: what was compared, and which tests passed or failed.

    For a post, named by the key that `posts` lists or by its Instagram address, it tells what is known of it, whether
    it is on Flickr and by which evidence, whether its original was found, and what `new` would do and why.

    \b
    Examples:
      instagram2flickr.py why https://flic.kr/p/dfdPdD --open
      instagram2flickr.py why 1341835201 --export ~/Downloads/instagram-me.zip
    """
    from i2f.commands import why as explaining

    explaining.why(_settings(ctx), photo_id, json_file, open_page=open_page, exports=export)


@cli.command(short_help="List your Instagram posts and what is on Flickr.")
@options.export_option()
@options.json_option()
@options.with_shared_options
@click.pass_context
def posts(ctx: click.Context, export: tuple[Path, ...], json_file: str | None) -> None:
    """List the posts known from the copies on Flickr and from your Instagram data export.

    For each post it shows whether it is on Flickr and whether its original was found. It sends nothing to Flickr.

    \b
    Examples:
      instagram2flickr.py posts --export ~/Downloads/instagram-me.zip
      instagram2flickr.py posts --json -
    """
    from i2f.commands import posts as listing

    listing.posts(_settings(ctx), export, json_file)


@cli.command(short_help="Render a photo as posted, at full size.")
@options.photo_id_argument(complete.DECIDED)
@click.option(
    "--to",
    metavar="FILE.jpg",
    type=click.Path(path_type=Path),
    help="The file to write (default: PHOTO_ID.jpg in the current folder).",
)
@options.with_shared_options
@click.pass_context
def render(ctx: click.Context, photo_id: str, to: Path | None) -> None:
    """Write the picture as posted, rendered from its original at full size, to a file; Flickr is not changed.

    \b
    Examples:
      instagram2flickr.py render 8037212345
      instagram2flickr.py render 8037212345 --to ~/Desktop/as-posted.jpg
    """
    from i2f.commands import render as rendering

    ctx.exit(rendering.render(_settings(ctx), photo_id, to))


@cli.command(short_help="Show what was done, what to review, and the backups.")
@click.option("--all", "every_run", is_flag=True, help="List every run, not only the last ten.")
@options.json_option()
@options.with_shared_options
@click.pass_context
def status(ctx: click.Context, every_run: bool, json_file: str | None) -> None:
    """Show what was done, what waits for review, and where the backups are.

    \b
    Examples:
      instagram2flickr.py status
      instagram2flickr.py status --json - --state ~/flickr-state
    """
    from i2f.commands import status as overview

    overview.status(_settings(ctx), json_file, every_run=every_run)


@cli.command(short_help="Check that everything is ready, and show what to do next.")
@options.folders_argument(required=False)
@options.json_option()
@options.with_shared_options
@click.pass_context
def doctor(ctx: click.Context, folders: tuple[Path, ...], json_file: str | None) -> None:
    """Check settings, key, login, Pro, HEIC and disk; each line is ok or says what to do.

    With FOLDER it also reads the pictures there and shows what it found.

    \b
    Examples:
      instagram2flickr.py doctor
      instagram2flickr.py doctor ~/Pictures/iphone
    """
    from i2f.commands import doctor as checkup
    from i2f.display.lines import say

    try:
        settings = _settings(ctx)
    except SettingsError as error:
        say(f"{checkup.mark(ok=False)} Settings: {error}")
        ctx.exit(error.exit_code)
    ctx.exit(checkup.doctor(settings, json_file, folders))


@cli.command(short_help="Print the lines that turn on tab completion in a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@options.with_shared_options
def completion(shell: str) -> None:
    """Print the lines that turn on tab completion in a shell.

    \b
    Examples:
      instagram2flickr.py completion bash >> ~/.bashrc
      instagram2flickr.py completion fish | source
    """
    click.echo(complete.script(cli, shell))


@cli.command(short_help="Try everything on a simulated Flickr.")
@click.option(
    "--photos", metavar="FOLDER", type=click.Path(path_type=Path), help="Use these photos instead of generated ones."
)
@options.with_shared_options
@click.pass_context
def demo(ctx: click.Context, photos: Path | None) -> None:
    """Try everything in a minute or two on a simulated Flickr; no account needed.

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
    interrupt_on_signals()
    use_one_thread()
    cli()


if __name__ == "__main__":
    main()
