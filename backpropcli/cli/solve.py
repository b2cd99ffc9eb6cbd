"""``backprop solve``: every value and gradient, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from backpropcli.cli.output import guarded, guarded_json, same_file, terminal, write
from backpropcli.errors import BackpropError, Place
from backpropcli.report.formats import load, names

if TYPE_CHECKING:
    from backpropcli.problem import Problem
    from backpropcli.problem.data import Asked
    from backpropcli.report.options import Options
    from backpropcli.verify import Comparison


@click.command("solve", no_args_is_help=True)
@click.argument("problems", nargs=-1, required=True, metavar="PROBLEM...")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(names()),
    default="table",
    show_default=True,
    help="How the solution is written.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="Q",
    help="Show this quantity only, such as 'dL/dW2[2,1]' (repeat for more).",
)
@click.option("--elements", is_flag=True, help="Write out the equation of each entry.")
@click.option(
    "--symbolic",
    is_flag=True,
    help="Derive each gradient: chain rule, local derivatives, general formula.",
)
@click.option("--exact", is_flag=True, help="Show fractions instead of decimals where there are.")
@click.option(
    "--decimals",
    type=click.IntRange(0, 17),
    metavar="N",
    help="Show N decimals (otherwise 6 significant digits).",
)
@click.option(
    "--verify",
    "verified",
    is_flag=True,
    help="Compare each gradient with central differences; exit 1 if they disagree.",
)
@click.option("--full", is_flag=True, help="Show large matrices whole.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file instead of the terminal.")
@click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    show_default=True,
    help="Colour in the terminal; NO_COLOR turns it off too.",
)
def command(
    problems: tuple[str, ...],
    form: str,
    only: tuple[str, ...],
    elements: bool,
    symbolic: bool,
    exact: bool,
    decimals: int | None,
    verified: bool,
    full: bool,
    output: str | None,
    color: str,
) -> int:
    """Work out every value and every gradient of problem files, step by step.

    PROBLEM is a YAML file that describes a network, its weights and inputs and a loss; - reads
    standard input. Exits with 0, with 1 if --verify finds a gradient that disagrees with central
    differences, and with 2 for a bad problem file.

    \b
    Examples:
      backprop solve problem.yaml
      backprop solve problem.yaml --elements --only 'dL/dW1'
      backprop solve problem.yaml --symbolic --only 'dL/dW2[2,2]'
      backprop solve problem.yaml -f latex -o solution.tex
    """  # noqa: D301  (click reads the character \\b as "do not wrap")
    if form == "latex" and len(problems) > 1:
        raise click.UsageError("-f latex makes one document: give one problem at a time")
    if exact and decimals is not None:
        raise click.UsageError("--exact and --decimals exclude each other")
    if output and output != "-" and same_file(output, problems):
        raise click.UsageError("-o FILE is the problem file itself, which would be lost")
    from backpropcli.report.options import Options
    from backpropcli.writing import NumberStyle

    screen = terminal(color, output not in (None, "-"))
    options = Options(NumberStyle(decimals, exact), (), elements, full, *screen)
    texts: list[str] = []
    failed = disagrees = False
    for path in problems:
        try:
            text, agrees = _solved(path, form, only, verified, symbolic, options)
        except BackpropError as error:
            click.echo(guarded(str(error)), err=True)
            failed = True
            continue
        texts.append(text)
        disagrees = disagrees or not agrees
    if texts:
        write(_joined(texts, form, len(problems)), output)
    return 2 if failed else 1 if disagrees else 0


def _solved(
    path: str, form: str, only: tuple[str, ...], verified: bool, symbolic: bool, options: Options
) -> tuple[str, bool]:
    """The rendered solution, and whether its gradients agree with central differences."""
    from backpropcli.language.nodes import names as names_in
    from backpropcli.problem import load_problem
    from backpropcli.solution import solve

    problem = load_problem(path)
    asked = tuple(_asked(problem, text) for text in only)
    also = [name for a in asked for name in names_in(a.expr) if "/" in name]
    solution = solve(problem, also)
    agrees = True
    options = options._replace(only=asked)
    if verified:
        from backpropcli.verify import verify

        comparisons = verify(solution)
        agrees = all(c.agrees for c in comparisons.values())
        options = options._replace(comparisons=comparisons)
        _report(path, comparisons)
    if symbolic:
        from backpropcli.derivation.all import derivations

        options = options._replace(derivations=derivations(solution, asked, options.elements))
    return load(form)(solution, options), agrees


def _asked(problem: Problem, text: str) -> Asked:
    """A quantity of --only."""
    from backpropcli.problem.asked import parse_quantity

    try:
        return parse_quantity(problem, text)
    except BackpropError as error:
        said = next(iter(error))
        place = Place(problem.file)
        raise BackpropError(said._replace(message=f"--only: {said.message}", place=place)) from None


def _report(path: str, comparisons: Mapping[tuple[int, str], Comparison]) -> None:
    """One line on stderr: how the comparison ended."""
    bad = [c for c in comparisons.values() if not c.agrees]
    largest = max((c.largest for c in comparisons.values()), default=0.0)
    if not comparisons:
        said = "there is no gradient to compare"
    elif bad:
        said = f"{len(bad)} of {len(comparisons)} gradients DISAGREE: " + ", ".join(
            dict.fromkeys(c.name for c in bad)
        )
    else:
        count = len(comparisons)
        said = f"all {count} gradients agree" if count > 1 else "the gradient agrees"
    click.echo(
        guarded(f"{path}: central differences: {said}; largest relative difference {largest:.1e}"),
        err=True,
    )


def _joined(texts: list[str], form: str, asked: int) -> str:
    if form == "json":
        joined = texts[0] if asked == 1 else "[" + ",\n".join(t.rstrip() for t in texts) + "]\n"
        return guarded_json(joined)
    return guarded("\n".join(texts))
