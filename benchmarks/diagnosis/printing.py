"""What the benchmark prints."""

from __future__ import annotations

import time

from benchmarks.diagnosis import measures as m
from benchmarks.diagnosis.judge import NoChecker, Verdict, judge
from benchmarks.diagnosis.sheets import DENSITIES, Sheet, sheets
from benchmarks.diagnosis.suites import ABLATIONS, COURSE, SUITES, Suite, failed


def everything(seed: int, scale: float) -> None:
    """All suites, and then the ablations."""
    began = time.perf_counter()
    ran = {kind: _group(kind, suites, seed, scale) for kind, suites in SUITES.items()}
    one = [v for verdicts in ran["one"].values() for v in verdicts]
    hidden = m.Share(sum(v.sheet.hidden for v in one), sum(v.sheet.hidden + 1 for v in one))
    print(f"\nDrawn mistakes that could not be seen and were drawn anew: {hidden}")
    print("\nCorrect sheets by rounding: false alarms where there are any")
    for label, share in m.by_rounding(v for group in ran["clean"].values() for v in group):
        print(f"  {label:32} {share!s:16} of {share.total}")
    _each_mistake(one)
    print("\nMost frequent confusions:")
    for made, said, count in m.confusions(one):
        print(f"  {count:4}  {made} taken for {said}")
    print("\nExercises of a course: convolution, normalisation, recurrence, optimizers ...")
    more = {kind: _group(kind, suites, seed, scale) for kind, suites in COURSE.items()}
    _each_mistake([v for verdicts in more["one"].values() for v in verdicts])
    _ablations(seed, scale)
    every = [v for group in ran.values() for verdicts in group.values() for v in verdicts]
    print(f"\nTime of a sheet: {m.times(every)}")
    print(f"{len(every)} sheets in {time.perf_counter() - began:.0f} s, seed {seed}")


def _each_mistake(one: list[Verdict]) -> None:
    print("\nEach mistake, all sheets with one mistake, worst first, and by density")
    print(" " * 36 + f"{'all':>16}" + "".join(f"{d:>10}" for d in DENSITIES))
    for name, share in m.per_mistake(one):
        cells = []
        for density in DENSITIES:
            hits = [
                v.exact for v in one if v.sheet.made[0].name == name and v.sheet.density == density
            ]
            cells.append(f"{sum(hits)}/{len(hits)}" if hits else "-")
        print(f"  {name:34}{share!s:>16}" + "".join(f"{cell:>10}" for cell in cells))


def _group(kind: str, suites, seed: int, scale: float) -> dict[str, list[Verdict]]:
    print(f"\n{TITLES[kind]}")
    print(" " * 36 + "".join(f"{c:>16}" for c in COLUMNS[kind]))
    ran = {}
    for suite in suites:
        verdicts = list(suite.run(seed, scale))
        ran[suite.name] = verdicts
        print(f"{suite.name:36}" + "".join(f"{s!s:>16}" for s in _row(kind, verdicts)), flush=True)
    return ran


TITLES = {
    "one": "One mistake (exact: accepted name and place; strict: the very one that was made)",
    "many": "Several mistakes",
    "clean": "Correct sheets",
    "random": "A random number, which no mistake explains",
    "left-out": "The mistake is not in the catalogue",
}
COLUMNS = {
    "one": [*m.ONE_COLUMNS, "ambiguous", "statuses"],
    "many": ["all, no other", "precision", "recall", "statuses"],
    "clean": ["false alarm", "mistake named", "statuses"],
    "random": ["named", "even as possible", "place right", "statuses"],
    "left-out": ["named", "even as possible", "named wrongly", "statuses"],
}


def _row(kind: str, verdicts: list[Verdict]) -> list[m.Share]:
    status = m.status_share(verdicts)
    if kind == "one":
        shares = [m.Share.of(map(test, verdicts)) for test in m.ONE_COLUMNS.values()]
        return [*shares, m.ambiguity(verdicts), status]
    if kind == "many":
        found = m.Share.of(v.all_found for v in verdicts)
        return [found, m.precision(verdicts), m.recall(verdicts), status]
    named = m.Share.of(v.named for v in verdicts)
    anything = m.Share.of(bool(v.roots) for v in verdicts)
    if kind == "clean":
        return [m.Share.of(v.alarm for v in verdicts), anything, status]
    if kind == "random":
        return [named, anything, m.Share.of(v.random_place_right for v in verdicts), status]
    return [named, anything, m.Share.of(v.named_wrongly for v in verdicts), status]


def _ablations(seed: int, scale: float) -> None:
    print("\nAblations, on the usual sheet")
    heads = (
        "exact, 3 digits",
        "exact, 2 digits",
        "random named, 3",
        "random named, 2",
        "false alarm",
    )
    print(" " * 20 + "".join(f"{head:>16}" for head in heads))
    parts = [SUITES["one"][1], SUITES["one"][4], *SUITES["random"][:2], SUITES["clean"][2]]
    tests = [lambda v: v.exact] * 2 + [lambda v: v.named] * 2 + [lambda v: v.alarm]
    drawn = [list(part.sheets(seed, scale * 0.5)) for part in parts]
    for title, options in ABLATIONS:
        shares, seen = [], []
        for some, test in zip(drawn, tests, strict=True):
            verdicts = [judge(sheet, options=options or None) for sheet in some]
            shares.append(m.Share.of(map(test, verdicts)))
            seen += verdicts
        print(f"{title:20}" + "".join(f"{s!s:>16}" for s in shares), m.times(seen), flush=True)


def summary(kind: str, suite: Suite, seed: int) -> None:
    """The measures of one suite."""
    verdicts = list(suite.run(seed))
    for column, share in zip(COLUMNS[kind], _row(kind, verdicts), strict=True):
        print(f"{column:18} {share!s:16} of {share.total}")
    if kind == "one":
        for name, share in m.per_mistake(verdicts):
            if share.value < 1:
                print(f"  {name:32} {share!s:16} of {share.total}")
        for made, said, count in m.confusions(verdicts):
            print(f"  {count:4}  {made} taken for {said}")
    for true, said, count in m.status_confusions(verdicts):
        print(f"  {count:4}  values that are {true} judged {said}")
    print(m.times(verdicts))


def failures(kind: str, suite: Suite, seed: int) -> None:
    """One line for each failing case."""
    test, total, bad = failed(kind), 0, 0
    for verdict in suite.run(seed):
        total += 1
        if not test(verdict):
            continue
        bad += 1
        sheet = verdict.sheet
        made = "; ".join(map(str, sheet.made)) or "nothing"
        said = "; ".join(f"{n} at {at}{' (possible)' * p}" for n, at, p, _ in verdict.roots)
        if not said:
            said = "nothing"
        off = [f"{n} is {t}, said {s}" for n, t, s in verdict.status_pairs if t != s]
        extra = f" | {', '.join(off)}" if off else ""
        crash = f" | crash: {verdict.crash.splitlines()[-1]}" if verdict.crash else extra
        which = f"{sheet.seed[1]:5}  {sheet.net.title} ({sheet.rounding.label})"
        print(f"{which}  made: {made}  said: {said}{crash}", flush=True)
    print(f"{bad} of {total}; --show NUMBER with the same options prints a case")


def show(suite: Suite, seed: int, index: int) -> None:
    """One case completely."""
    try:
        verdict = suite.one(seed, index)
    except NoChecker:
        (sheet,) = sheets(1, seed, start=index, **suite.draw)
        _truth(sheet)
        return
    _truth(verdict.sheet)
    if verdict.crash:
        print(verdict.crash)
        return
    print("--- report")
    for answer in verdict.report.answers:
        print(f"{answer.quantity:12} {answer.status:10} {answer.submitted}", end="")
        print(f"  key {answer.expected}  carried {answer.carried}  {' '.join(answer.notes)}")
    for mistake in verdict.report.mistakes:
        print(f"{mistake.name} at {mistake.at} possible={mistake.possible} scope={mistake.scope}")
        print(f"    evidence {mistake.evidence:.1f} bits, explains {', '.join(mistake.explains)}")
        print(f"    {mistake.message}")
        for other in mistake.alternatives:
            print(f"    or {other.name} at {other.at} ({other.evidence:.1f} bits)")
    print(f"first wrong step: {verdict.report.first_wrong_step}; {verdict.seconds:.3f} s")


def _truth(sheet: Sheet) -> None:
    print(sheet.problem, sheet.answers, sep="---\n", end="---\n")
    print(f"{sheet.density} sheet, {sheet.rounding.label}; made:")
    for made, accepted in zip(sheet.made, sheet.accepted, strict=True):
        print(f"  {made}")
        for other in accepted:
            print(f"    accepted: {other.name} at {', '.join(sorted(other.sites))}")
    print(", ".join(f"{name} {status or '?'}" for name, status in sheet.status.items()))
