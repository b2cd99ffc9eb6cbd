"""What is off on a sheet, and may yet be rounding in lines that are not shown."""

from __future__ import annotations

from dataclasses import replace

from backpropcli.checking.judge import Judge


def doubtful(judge: Judge) -> frozenset[int]:
    """The wrong answers that follow if what is not shown was rounded as roughly as what is.

    Only on sheets whose numbers are rounded in no one way: nobody knows what such a person keeps of
    a number in between. By position in the sheet.
    """
    style = judge.sheet.style
    rougher = style.coarsest() if style is not None else None
    if rougher is None:
        return frozenset()
    sheet = replace(judge.sheet, own_style=rougher)
    other = Judge(sheet, judge.judging, judge.clamp, meant=judge.meant_values)
    return frozenset(
        which
        for which, verdict in judge.verdicts.items()
        if verdict.mismatch.any() and not other.verdicts[which].mismatch.any()
    )
