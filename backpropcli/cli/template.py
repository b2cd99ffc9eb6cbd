"""``backprop template``: a blank answers file."""

from __future__ import annotations

import os

import click

from backpropcli.cli.output import guarded, write


@click.command("template", no_args_is_help=True)
@click.argument("problem", metavar="PROBLEM")
@click.option("-o", "--output", metavar="FILE", help="Write to a new file instead of the terminal.")
def command(problem: str, output: str | None) -> int:
    """Print a blank answers file for a problem, to be filled in.

    PROBLEM is a problem file; - reads standard input. Each quantity that is asked stands there
    with the layout of its answer in a comment. An existing file is never overwritten. Exits with
    0, and with 2 for a bad problem file or a FILE that exists.

    \b
    Examples:
      backprop template problem.yaml
      backprop template problem.yaml -o answers.yaml
    """  # noqa: D301  (click reads the character \\b as "do not wrap")
    if output and output != "-" and os.path.lexists(output):
        raise click.UsageError(f"-o {output}: this file exists already, and is not overwritten")
    from backpropcli.checking.template import template
    from backpropcli.problem import load_problem
    from backpropcli.program import build_program

    described = load_problem(problem)
    write(guarded(template(described, build_program(described))), output)
    return 0
