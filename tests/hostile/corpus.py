"""Hostile problems and answers, made here since they are short in code and long as files."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.nets import TWO_LAYERS

GOOD = f"{TWO_LAYERS}find: [z1, yhat, L, dL/dyhat, dL/dw2, dL/dW1]\n"
RIGHT = "problem: problem.yaml\nanswers:\n  z1: [-1, 2, 3]\n  yhat: -4\n"


def laughs(levels: int = 9) -> str:
    """Nested aliases that unfold to 9 to the power of the levels."""
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    for i in range(levels):
        lines.append(f"a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * 9)}]")
    return "\n".join(lines) + "\n"


def merges(levels: int = 24) -> str:
    """Merge keys, each of which merges the one before twice."""
    lines = ["m0: &m0 {k: 1}"]
    lines += [f"m{i + 1}: &m{i + 1} {{<<: [*m{i}, *m{i}]}}" for i in range(levels)]
    return "\n".join(lines) + "\n"


# What no YAML file of ours may be, whatever it is for: refused before anything is built of it.
NO_YAML: Mapping[str, str] = {
    "billion-laughs": laughs(),
    "merge-key-bomb": merges(),
    "merge-key": "answers: {<<: {z1: 1}}\n",
    "anchor": "answers: {yhat: &a 1}\n",
    "alias-of-itself": "answers: &x [*x]\n",
    "alias-as-a-key": "answers: &a {*a : 1}\n",
    "alias-unknown": "answers: {yhat: *nothing}\n",
    "tag-of-an-object": "answers: {yhat: !!python/object/apply:os.system ['touch pwned']}\n",
    "tag-of-a-name": "answers: {yhat: !!python/name:os.system }\n",
    "tag-of-a-module": "answers: {yhat: !!python/module:antigravity }\n",
    "tag-of-bytes": "answers: {yhat: !!binary aGVsbG8=}\n",
    "tag-of-a-float": "answers: {yhat: !!float 1}\n",
    "tag-of-a-set": "answers: !!set {yhat}\n",
    "tag-of-ordered-pairs": "answers: !!omap [yhat: 1]\n",
    "tag-with-a-prefix": "%TAG ! tag:yaml.org,2002:python/\n---\n"
    "answers: {yhat: !name:os.system x}\n",
    "tag-that-is-empty": "answers: {yhat: ! 1}\n",
    "duplicate-keys": "answers: {yhat: 1}\nanswers: {yhat: 2}\n",
    "duplicate-keys-below": "answers:\n  yhat: 1\n  yhat: 2\n",
    "brackets-30000": "answers: " + "[" * 30_000,
    "brackets-30000-closed": "answers: " + "[" * 30_000 + "]" * 30_000,
    "braces-30000": "answers: " + "{a: " * 30_000,
    "braces-in-brackets-30000": "answers: " + "[{a: " * 30_000,
    "dashes-30000": "answers:\n  " + "- " * 30_000 + "1",
    "question-marks-30000": "? " * 30_000 + "1",
    "keys-30000": "".join(" " * i + f"k{i}:\n" for i in range(400)),
    "explicit-keys": "? [1, 2]\n: 3\n",
    "mapping-as-a-key": "? {a: 1}\n: 3\n",
    "events-100000": "answers: [" + "1," * 99_999 + "1]\n",
    "entries-25000": "answers:\n" + "".join(f"  a{i}: 1\n" for i in range(25_000)),
    "scalar-too-long": "answers:\n  yhat: " + "1" * 10_001 + "\n",
    "key-too-long": "answers:\n  ? " + "k" * 10_001 + "\n  : 1\n",
    "folded-scalar-too-long": "answers:\n  yhat: >\n" + "    1\n" * 6_000,
    "directive-of-a-later-version": "%YAML 9.9\n---\nanswers: {yhat: 1}\n",
    "directive-with-many-digits": "%YAML 1." + "1" * 5000 + "\n---\nanswers: {yhat: 1}\n",
    "character-beyond-unicode": 'answers: {yhat: "\\Uffffffff"}\n',
    "tabs": "answers:\n\tyhat: 1\n",
    "nothing-but-an-end": "...\n",
    "open-quote": 'answers: {yhat: "1\n',
    "documents-20000": "---\n" * 15_000,
}


def answers(*lines: str) -> str:
    """An answers file of these entries."""
    return "problem: problem.yaml\nanswers:\n" + "".join(f"  {line}\n" for line in lines)


def problem(network: str = "z: w * x", **sections: str) -> str:
    """A problem with one equation, or with some sections of its own."""
    parts = {"inputs": "{x: 2}", "weights": "{w: 3}", **sections}
    lines = [f"{key}: {value}" for key, value in parts.items() if value]
    equations = "".join(f"  {line}\n" for line in network.split("\n"))
    return "\n".join(lines) + "\nnetwork:\n" + equations


# What is written in place of a number: each is one unreadable answer among others.
NO_NUMBERS = (
    "0x1F", "0x" + "f" * 9_000, "0o17", "0b11", "1_0", "1_000", "1,000", "٣", "１２", "nan", ".nan",
    "NaN", "inf", ".inf", "-.inf", "infinity", "∞", "1e400", "-1e999999999", "1e-400", "9" * 5000,
    "9" * 65, "1" + "0" * 31, "0." + "3" * 100, "1/0", "0/0", "1:30", "1:30:30",
    "2025-01-01T10:00:00Z", "=", "==", "no", "yes", "on", "off", "true", "False",
    "1e", "e5", "+-+", "1.2.3", "1..2", "1 2 3", "5%", "½½", "²", "1²²²²²²²²²²²²²²²²",
)  # fmt: skip
INJECTIONS = (
    "__import__('os').system('touch pwned')",
    "exec(\"open('pwned', 'w')\")",
    "eval('1')",
    "print('PWN')",
    "open('pwned', 'w')",
    "().__class__.__bases__[0].__subclasses__()",
    "z1.__class__",
    "z1.T.T.__init__",
    "lambda: 1",
    "[x for x in (1, 2)]",
    "1 if 1 else 2",
    "z1 and 1",
    "z1 > 1",
    "f'{1}'",
    "'a' * 10**9",
    "Symbol('x')",
    "S('1')",
    "sympify('1')",
    "Integer(1)",
    "factorial(10**6)",
    "gamma(10**6)",
    "5!",
    "170!!",
    "\\input{/etc/passwd}",
    "\\write18{touch pwned}",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "${{ secrets.TOKEN }}",
    "{{ 7 * 7 }}",
    "<% 7 * 7 %>",
    "%s%s%s%n",
    "]]>",
    "&lol;",
    "relu.__globals__",
    "relu",
    "relu()",
    "relu(relu)",
    "sum(z1, axis=__import__)",
    "reshape(z1, [100000, 100000])",
    "onehot(1, 1000000000)",
    "onehot(1, n=10**30)",
)
# Formulas that would take long, or much memory, if they were worked out without a limit.
LARGE = (
    "10**10**10",
    "9**9**9**9",
    "2**64**64",
    "(9**64)**64",
    "((9**64)**64)**64",
    "(((((9**64)**64)**64)**64)**64)**64",
    "(1/3)**64**2",
    "2**-64**-64",
    "exp(exp(exp(exp(9))))",
    "exp(1000)",
    "1/(1 - 1)",
    "log(0)",
    "sqrt(-1)",
    "z1/(z1 - z1)",
    "(" * 29 + "1" + ")" * 29,
    "(" * 4_000 + "1" + ")" * 4_000,
    "-" * 5_000 + "1",
    "+" * 5_000 + "1",
    "not " * 1_000 + "1",
    "1" + "+1" * 4_900,
    "1" + "*z1" * 3_000,
    "z1" + ".T" * 4_900,
    "z1" + "'" * 4_900,
    "z1" + "[1]" * 3_000,
    "x" * 9_999,
    "relu(" * 1_600 + "z1" + ")" * 1_600,
    "outer(" * 28 + "z1" + ", z1)" * 28,
    "outer(outer(outer(outer(z1, z1), outer(z1, z1)), z1), z1)",
    "concat(" + "z1, " * 2_000 + "z1)",
    "concat(" * 28 + "z1" + ", z1)" * 28,
    "sum(" + "outer(z1, z1) @ " * 600 + "outer(z1, z1))",
    "[" + "z1, " * 1_900 + "z1]",
    "[" * 28 + "z1" + "]" * 28,
    "[" * 28 + "z1, z1" + "], z1" * 27 + "]",
    "1" + " = 1" * 2_400,
    "1" + " = yhat" * 39,
    "yhat" + " = (y - yhat)**2 * W1[1,1]" * 39,
    "=" * 9_000,
    "a" + "\u0302" * 9_000,
    "2" + "²" * 5_000,
    "2²" * 2_000,
    "∂L/∂" * 1_200 + "W1",
    "d" * 3_000 + "/d" + "d" * 3_000,
    "dL/dW1[" + "1," * 2_000 + "1]",
    "dL/dW1[1:" + "9" * 60 + "]",
    "z1[" + "9" * 60 + "]",
    "z1[-1]",
    "z1[0]",
    "W1" + "@W1.T@W1" * 600,
    "softmax(" * 28 + "W1*" + "9" * 30 + ")" * 28,
    "sin(" * 28 + "z1*10**30" + ")" * 28,
    "(z1 - z1)/(z1 - z1)",
    "max(" + "z1, " * 1_500 + "z1)",
    "conv2d(W1, W1, padding=1000000)",
    "conv1d(z1, z1, padding=10**30)",
    "maxpool2d(W1, 1, stride=0)",
    "maxpool2d(W1, 0)",
    "avgpool2d(W1, 99999)",
    "layernorm(z1, z1, z1, eps=0)",
    "sum(W1, axis=99999999999)",
    "sum(W1, axis=[0, 0])",
    "huber(z1, z1, delta=0)",
    "norm(z1 - z1)",
    "sin(" * 27 + "outer(onehot(1, 300), onehot(1, 300))" + ")" * 27,
    "exp(" * 27 + "outer(onehot(1, 99), onehot(1, 99))" + ")" * 27,
    " = ".join(["sin(" * 27 + "outer(onehot(1, 99), onehot(1, 99))" + ")" * 27] * 39),
    "outer(concat(" + "z1, " * 99 + "z1), concat(" + "z1, " * 99 + "z1))",
    "1/3" + " + 1/3" * 400,
    " = ".join(["1.234567891234*3.3 + 2.123123"] * 39),
    "(" + "+".join(["z1*W1[1,1]"] * 190) + ")",
    "((((z1+1.5)**64)**64)**64) = 2",
    "1e60*1e60*1e60*1e60*1e60*1e60",
    "2025-01-01",
    "yhat := 4",
)
# Names that sympy, Python or another reader has plans for.
NAMES = ("E", "I", "S", "N", "Q", "O", "beta", "gamma", "zeta", "lambda", "pi", "oo", "nan", "None",
         "True", "class", "import", "def", "exec", "__class__", "T", "d", "dd", "e",
         "Symbol", "print", "self", "sum_", "eval", "symbols", "Function")  # fmt: skip

# What is more than text to a terminal, a runner of workflows, a browser, TeX or a spreadsheet.
TEXTS = (
    "\x1b[2J\x1b[31mred",
    "\x1b]8;;https://example.org\x07click\x1b]8;;\x07",
    "\x9b2J",
    "bell \x07 back \x08\x08 delete \x7f",
    "\u202egnp.exe",
    "a\u200bb\u2060c\ufeffd",
    "line\u2028::error::separator",
    "one\r\n::error::carriage",
    "one\n::set-output name=result::100",
    "::error file=a.py,line=1::forged",
    "  ::add-mask::1",
    "::stop-commands::x",
    "##[error]forged",
    "text ##[set-env name=X]1",
    "##vso[task.setvariable variable=x]1",
    'Autograding report {"totalPoints":100,"maxPoints":1}',
    '::notice title=Autograding report::{"totalPoints":100,"maxPoints":1}',
    "[link=https://example.org]click[/link]",
    "[/x]",
    "[bold red]loud[/]",
    "[red",
    "\\[bold]",
    ":boom: :warning:",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></tr></table><h1>100 of 100 points</h1>",
    "<!-- comment",
    "&lt;b&gt; &#60;script&#62;",
    "[click](javascript:alert(1))",
    "![pixel](https://example.org/pixel.png)",
    "<https://example.org>",
    "| cell | cell |",
    "a\n| --- | --- |\n| more | rows |",
    "``` \n# heading\n```",
    "`code` ``more`` ```most```",
    "~~~\n<b>x</b>\n~~~",
    "\n# Score: 100 of 100",
    "\n\n---\n\n<div>",
    "\\`a\\`|\\|",
    "]]><failure/>",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>&b;",
    "\uffff\ufffe",
    "=cmd|'/c calc'!A0",
    "+cmd|'/c calc'!A0",
    "-2+3+cmd|'/c calc'!A0",
    "@SUM(1+1)*cmd|'/c calc'!A0",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "＝1+1",
    '"=1+1',
    "a,=1+1",
    "a;=1+1",
    '=HYPERLINK("https://example.org","click")',
    "\\input{/etc/passwd}",
    "\\immediate\\write18{touch pwned}",
    "^^5cinput{/etc/passwd}",
    "\\end{document}",
    "$$\\href{https://example.org}{x}$$",
    "%\\newline",
    "%0A::error::percent",
    "%s %d %(x)s {0} {x!r} ${HOME}",
    "../../etc/passwd",
    "C:\\Windows\\win.ini",
    "con.yaml",
    "a" * 5_000,
    "\u0301" * 200,
    "\U000e0041\U000e0042",
)
