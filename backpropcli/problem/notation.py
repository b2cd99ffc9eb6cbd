"""``notation:`` gives names their LaTeX; only commands that write a symbol are let through."""

from __future__ import annotations

import re
from collections.abc import Mapping as Known

from backpropcli.errors import nearest
from backpropcli.files.tree import Mapping, Node, Scalar, describe
from backpropcli.language.latex import GREEK
from backpropcli.language.tokens import normal_name
from backpropcli.ops.sizes import Shape
from backpropcli.problem.draft import Draft

COMMANDS = frozenset(
    [*GREEK, *(f"var{g}" for g in ("epsilon", "theta", "phi", "rho", "sigma", "kappa", "pi")),
     "hat", "widehat", "bar", "overline", "underline", "tilde", "widetilde", "vec", "dot", "ddot",
     "mathbf", "mathrm", "mathit", "mathcal", "mathbb", "mathsf", "boldsymbol", "text", "textbf",
     "ell", "nabla", "partial", "prime", "star", "ast", "dagger", "top", "circ", "cdot", "times",
     "odot", "langle", "rangle", "lVert", "rVert", "infty", "frac", "sqrt", "quad"]
)  # fmt: skip
WITH_GROUP = (
    "hat|widehat|bar|overline|underline|tilde|widetilde|vec|dot|ddot|math[a-z]+|boldsymbol|text"
    "|textbf|frac|sqrt"
)
ALONE = re.compile(
    rf"\\(?:{WITH_GROUP})(?![a-zA-Z]*\{{)|[_^]\s*$|[_^]\s*[_^}}]|\\frac\{{[^{{}}]*\}}(?!\{{)"
)
COMMAND = re.compile(r"\\([A-Za-z]+|.)")


def read_notation(draft: Draft, node: Node, shapes: Known[str, Shape]) -> dict[str, str]:
    """LaTeX for names."""
    rule = "`notation` must be a mapping of names to LaTeX"
    mapping = draft.expect(Mapping, node, rule)
    found: dict[str, str] = {}
    for key, value in mapping.entries if mapping else ():
        name = normal_name(key.text)
        if name in draft.failed:
            continue  # what is wrong with it has been said
        if name not in shapes and name not in draft.sizes:
            draft.complain(f"notation: there is no value `{name}`", key, nearest(name, shapes))
        elif not isinstance(value, Scalar):
            draft.complain(
                f"notation: LaTeX for one name is expected, found {describe(value)}", value
            )
        elif said := _latex_trouble(value.text):
            draft.complain(
                f"notation: LaTeX for a name: {said}", value, "such as 'W^{(1)}', in single quotes"
            )
        else:
            found[name] = value.text
    return found


def _latex_trouble(text: str) -> str:
    """What is wrong with LaTeX for a name; only commands that write a symbol are let through."""
    depth = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        if depth < 0 or char in "$%#&~" or char < " ":
            return f"one symbol is expected, found `{text[:40]!r}`"
    outside = re.sub(r"\{[^{}]*\}", "", re.sub(r"\{[^{}]*\}", "", text))
    doubled = outside.count("_") > 1 or outside.count("^") > 1
    if not text.strip() or depth or "^^" in text or doubled or ALONE.search(text):
        return f"one symbol is expected, found `{text[:40]}`"
    refused = [c for c in COMMAND.findall(text) if c not in COMMANDS and c not in ",;:! {}|"]
    return f"the command `\\{refused[0][:40]}` is not allowed" if refused else ""
