"""The command ``backprop``.

Exit codes: 0 done; 1 a check that did not pass; 2 a usage error or a bad problem file;
3 a submission that cannot be graded; 4 an internal error; 130 interrupted. Never a count.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import click

from backpropcli import __version__

COMMANDS = {
    "solve": "Work out every value and gradient of a problem, step by step.",
    "check": "Judge answers to a problem, and name the mistakes in them.",
    "grade": "Judge the answers of a whole class, and write its gradebook.",
    "explain": "Explain a mistake of the catalogue, or list them all.",
    "template": "A blank answers file for a problem.",
}
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LazyGroup(click.Group):
    """A group whose commands are imported when they run, so that --help starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of a first reading."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command by its name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"backpropcli.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say which command was probably meant."""
        name = args[0] if args else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            from backpropcli.errors import nearest

            hint = nearest(name, COMMANDS) or f"commands: {', '.join(COMMANDS)}"
            ctx.fail(f"There is no command {name!r}; {hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings=SETTINGS)
@click.version_option(__version__, "-V", "--version", prog_name="backprop")
def group() -> None:
    """Solve backpropagation homework, step by step, and check answers to it.

    Start with: backprop solve problem.yaml, or backprop check answers.yaml
    """


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code."""
    from backpropcli.errors import BackpropError

    try:
        result: Any = group.main(arguments, prog_name="backprop", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except BackpropError as error:
        return complain(error)
    except click.ClickException as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return 130
    except Exception as error:
        return internal(error)


def complain(error: Exception) -> int:
    """Print what is wrong with a user's file on stderr."""
    from backpropcli.cli.output import guarded

    click.echo(guarded(str(error)), err=True)
    return 2


def internal(error: Exception) -> int:
    """Print that backprop itself is at fault."""
    from backpropcli.cli.output import guarded

    if os.environ.get("BACKPROP_DEBUG"):
        import traceback

        traceback.print_exception(error)
    said = guarded(f"internal error: {type(error).__name__}: {error}")
    click.echo(
        f"{said}\nThis is a fault of backprop: please report it with the files. "
        "BACKPROP_DEBUG=1 shows where it happened.",
        err=True,
    )
    return 4
