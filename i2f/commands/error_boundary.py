"""The error boundary: the one place where what went wrong becomes a line and an exit code.

Commands raise and never print a failure: a SyncError knows its line and its exit code, Ctrl-C and the system's SIGTERM
end a run alike, a pipe that nobody reads any more is no failure, and whatever is left is a mistake in this program. One
line says it; its traceback, with secrets masked, is for --debug and the log. click's own exceptions, usage errors among
them, are click's to show.
"""

from __future__ import annotations

import os
import signal
import sys

import click

from i2f.commands import options
from i2f.ground.errors import ExitCode, SyncError, missing_module


class Cli(click.Group):
    """The commands, behind the one place where an expected failure becomes a line and an exit code."""

    command_class = options.Command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; settle what went wrong."""
        try:
            return super().invoke(ctx)
        except SyncError as error:
            return _fail(ctx, str(error), error.exit_code, error)
        except Terminated as error:
            return _fail(
                ctx, f"stopped by the system: {_progress(error)}. Run again to continue", ExitCode.STOPPED, error
            )
        except KeyboardInterrupt as error:
            return _fail(ctx, f"Interrupted: {_progress(error)}. Run again to continue", ExitCode.INTERRUPTED, error)
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - so that the interpreter's own flush is quiet
            return ctx.exit(ExitCode.DONE)
        except (click.BadParameter, click.NoSuchOption) as error:
            raise _fitted(error) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except ModuleNotFoundError as missing:
            return _fail(ctx, missing_module(missing), ExitCode.FAILED, missing)
        except OSError as error:
            return _fail(
                ctx,
                f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}; progress "
                "is saved, run again to continue",
                ExitCode.STOPPED,
                error,
            )
        except Exception as error:  # noqa: BLE001 - a traceback is for --debug, and there with its secrets masked
            return _fail(
                ctx,
                f"Internal error ({type(error).__name__}); progress is saved. Report it with the output of --debug",
                ExitCode.FAILED,
                error,
            )


class Terminated(KeyboardInterrupt):
    """The system asks the program to end (SIGTERM, a closed terminal): as Ctrl-C, with another exit code."""


def interrupt_on_signals() -> None:
    """From now on let the system's wish that the program end interrupt it; Windows has no closed terminals."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _terminate)


def _terminate(_number: int, _frame: object) -> None:
    raise Terminated


def _progress(error: KeyboardInterrupt) -> str:
    """How far it was, where the command knows."""
    return str(error) or "progress is saved"


def _fitted(error: click.UsageError) -> click.UsageError:
    """The same words, broken between them where a terminal is narrow."""
    from i2f.display.lines import fitted

    words = fitted(f"Error: {error.format_message()}", sys.stderr)
    return click.UsageError(words.removeprefix("Error: "), error.ctx)


def _fail(ctx: click.Context, line: str, code: ExitCode, error: BaseException) -> object:
    import logging

    from i2f.display.lines import fitted
    from i2f.ground.log_redaction import masked_traceback
    from i2f.ground.plain_text import in_plain_words

    if ctx.find_root().meta.get("debug"):
        click.echo(masked_traceback(error), err=True)
    words = in_plain_words(line) if code is ExitCode.INTERRUPTED else f"Error: {in_plain_words(line)}"
    log = logging.getLogger("i2f")
    log.addHandler(logging.NullHandler())  # else Python writes to the terminal while no log is set up
    log.error("%s", words, exc_info=error)
    click.echo(fitted(words, sys.stderr), err=True)
    ctx.exit(code)
