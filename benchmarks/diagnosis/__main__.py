"""Run the injected-fault benchmark: ``make bench-diagnosis``.

Narrow it for work on the engine, for instance
``python -m benchmarks.diagnosis --density usual --digits 3 --faults 1 --sheets 200 --failures``
lists the failing cases with their numbers, and ``--show 17`` prints case 17 completely.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.diagnosis.gates import print_gates
from benchmarks.diagnosis.judge import NoChecker, checker
from benchmarks.diagnosis.printing import everything, failures, show, summary
from benchmarks.diagnosis.sheets import DENSITIES, NETS
from benchmarks.diagnosis.suites import Suite


def main() -> int:
    """Read the command line and run what it asks for."""
    options = arguments().parse_args()
    try:
        checker()
    except NoChecker as error:
        if options.show is None:
            print(f"Nothing to measure yet: {error}", file=sys.stderr)
            return 1
    narrowed = (options.density, options.digits, options.faults, options.kind, options.wrong)
    if not any(n is not None for n in narrowed) and options.show is None and not options.failures:
        if options.short:
            return 0 if print_gates() else 1
        everything(options.seed, (options.sheets or 60) / 100)
        return 0
    kind, suite = chosen(options)
    if options.show is not None:
        show(suite, options.seed, options.show)
    elif options.failures:
        failures(kind, suite, options.seed)
    else:
        summary(kind, suite, options.seed)
    return 0


def chosen(options) -> tuple[str, Suite]:
    """The one suite that the command line describes."""
    wrong = options.wrong or "mistakes"
    faults = 1 if options.faults is None else options.faults
    draw = {
        "density": options.density or "usual",
        "faults": faults,
        "digits": (options.digits or None) if options.digits is not None else 3,
        "kind": {"any": None, None: "sig"}.get(options.kind, options.kind),
        "wrong": "rules" if wrong == "left-out" else wrong,
        "rounded": not options.unrounded,
        "nets": options.nets,
        "varied": options.varied,
    }
    kind = {"random": "random", "left-out": "left-out"}.get(wrong, "one" if faults == 1 else "many")
    kind = "clean" if faults == 0 else kind
    extra = eval_options(options.option)
    return kind, Suite("chosen", options.sheets or 200, draw, wrong == "left-out", extra)


def eval_options(pairs: list[str]) -> dict:
    """``threshold=0`` and the like; numbers and true or false are read as such."""
    words = {"true": True, "false": False}
    out = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        try:
            out[name] = words[text] if text in words else float(text)
        except ValueError:
            out[name] = text
    return out


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis", description=__doc__)
    add = parser.add_argument
    add("--sheets", type=int, help="sheets of the chosen suite; in a whole run, percent (60)")
    add("--seed", type=int, default=0)
    add("--short", action="store_true", help="only the gates, in a minute")
    add("--density", choices=DENSITIES)
    add("--digits", type=int, help="digits kept, 0 for any (3)")
    add("--kind", choices=["sig", "dec", "any"], help="significant digits or decimals (sig)")
    add("--faults", type=int, help="mistakes on a sheet (1); 0 for correct sheets")
    add("--wrong", choices=["mistakes", "rules", "slips", "random", "left-out"])
    add("--nets", choices=list(NETS), default="dense", help="what is drawn (dense)")
    add("--unrounded", action="store_true", help="lines not handed in keep all their digits")
    add("--varied", action="store_true", help="2 to 4 digits, another number on each line")
    add("--show", type=int, metavar="I", help="print case I completely")
    add("--failures", action="store_true", help="list the failing cases of the chosen suite")
    add("--option", action="append", default=[], metavar="NAME=VALUE", help="passed to check_text")
    return parser


if __name__ == "__main__":
    sys.exit(main())
