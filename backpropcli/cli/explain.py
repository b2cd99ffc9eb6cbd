"""``backprop explain``: a mistake of the catalogue, as a teacher would explain it."""

from __future__ import annotations

import click

from backpropcli.cli.output import guarded, terminal, write


@click.command("explain")
@click.argument("mistake", required=False, metavar="[CODE]")
@click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    show_default=True,
    help="Colour in the terminal; NO_COLOR turns it off too.",
)
def command(mistake: str | None, color: str) -> int:
    """Explain a mistake, by its code or its name; without one, list all mistakes.

    The beginning of a name is enough where only one name begins so. Exits with 2 if there is no
    such mistake.

    \b
    Examples:
      backprop explain
      backprop explain BP301
      backprop explain square-factor-kept
    """  # noqa: D301  (click reads the character \\b as "do not wrap")
    from backpropcli.report.explanation import find, overview, page

    screen = terminal(color, to_file=False)

    def bold(text: str) -> str:
        return click.style(text, bold=True) if screen.color else text

    if mistake is None:
        text = overview(screen.width, bold)
    else:
        text = page(find(mistake), screen.width, bold)
    write(guarded(text), None)
    return 0
