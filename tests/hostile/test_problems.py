"""Problem files that ask for too much: refused with their place, or done within the limits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hostile.corpus import GOOD
from tests.hostile.support import Command, assert_tame

OUTER = "outer(onehot(t, 4000), onehot(t, 4000))"
CHAIN = "".join(f"  v{i + 1}: sin(v{i}) * v{i} + 1\n" for i in range(4_000))
WIDE = " + ".join(["x*w"] * 300)
# Those that come to an end within the limits.
DONE: dict[str, str] = {
    "a-long-chain": f"inputs: {{v0: 0.5}}\nnetwork:\n{CHAIN}loss: v4000\n",
    "doubled-over-and-over": "inputs: {v0: 0.5}\nnetwork:\n"
    + "".join(f"  v{i + 1}: v{i} + v{i}\n" for i in range(900))
    + "loss: v900\n",
    "squared-over-and-over": "inputs: {v0: 1/3}\nnetwork:\n"
    + "".join(f"  v{i + 1}: v{i} * v{i}\n" for i in range(40))
    + "loss: v40\n",
    "many-steps": "inputs: {x: 2}\nweights: {w: 1/3}\nloss: (w*x)**2\n"
    "update: {rule: sgd, lr: 1/7, steps: 1000}\n",
    "steps-of-time": f"inputs: {{h0: 0.5, x: 1}}\nweights: {{w: 1}}\ntime:\n  steps: 8\n"
    f"  h[t]: sin(h[t-1]) + {WIDE}\nloss: h[T]\n",
    "sizes-without-values": "inputs: {x: {shape: [20000000]}}\nweights: {w: {shape: [20000000]}}\n"
    "network: {z: x * w}\nloss: sum(z)\nfind: [operations]\n",
    "layers-without-values": "inputs: {x: [1, 2]}\nnetwork:\n"
    + "  - dense(1000000, relu)\n" * 50
    + "loss: sum(z50)\nseed: 1\n",
    "a-deep-list": "inputs: {x: " + "[" * 30 + "1" + "]" * 30 + "}\nloss: sum(x)\n",
    "a-jacobian": f"inputs: {{x: [{', '.join(['1'] * 100)}]}}\nnetwork: {{z: sin(x), y: z*z}}\n"
    "find: [dy/dx]\n",
}  # fmt: skip
REFUSED: dict[str, str] = {
    "one-hot": "inputs: {t: 1}\nnetwork: {z: 'onehot(t, 10000000)', y: sin(z) + z}\nloss: sum(y)\n",
    "outer": f"inputs: {{t: 1}}\nnetwork:\n  a: {OUTER}\n  b: sin(a)\n  c: a @ b\nloss: sum(c)\n",
    "outer-in-one": f"inputs: {{t: 1}}\nloss: sum({' + '.join([OUTER] * 100)})\n",
    "random": "weights: {W: {shape: [100000, 100000], random: {low: 0, high: 1}}}\nloss: sum(W)\n",
    "randoms": "weights:\n"
    + "".join(f"  W{i}: {{shape: [1400, 1400], random: {{low: 0}}}}\n" for i in range(40))
    + "loss: sum(W1)\n",
    "steps-of-an-update": "weights: {w: 1}\nloss: w**2\nupdate: {lr: 0.1, steps: 1000000000}\n",
    "steps-of-time": "inputs: {h0: 0}\ntime:\n  steps: 1000000\n  h[t]: h[t-1]\nloss: h[T]\n",
    "a-step-far-away": "inputs: {h0: 0}\ntime:\n  steps: 3\n  h[t]: h[t-99999999]\nloss: h[T]\n",
    "seed": "seed: " + "9" * 60 + "\nweights: {w: {shape: [2], random: {low: 0}}}\nloss: sum(w)\n",
    "index-from": "index_from: 1000000000\nloss: 1\n",
    "examples": "weights: {w: 1}\nloss: w*x\nexamples: [" + "{x: 1}, " * 30_000 + "]\n",
    "notation": 'inputs: {x: 1}\nloss: x\nnotation: {x: "\\\\input{/etc/passwd}"}\n',
    "padding": "inputs: {A: [[1, 2], [3, 4]]}\nloss: sum(conv2d(A, A, padding=100000))\n",
}


def solved(command: Command, folder: Path, text: str, form: str = "plain") -> tuple[int, str, str]:
    (folder / "p.yaml").write_text(text, encoding="utf-8")
    found = command.run("solve", "p.yaml", "-f", form, folder=folder, seconds=12, mib=1024)
    assert_tame(found, 0, 2)
    return found.code, found.out, found.err


@pytest.mark.parametrize("name", DONE)
def test_large_and_done(name: str, command: Command, folder: Path) -> None:
    code, _, err = solved(command, folder, DONE[name])
    assert code == 0, err


@pytest.mark.parametrize("name", REFUSED)
def test_too_large(name: str, command: Command, folder: Path) -> None:
    code, out, err = solved(command, folder, REFUSED[name])
    assert (code, out) == (2, ""), out[:300]
    assert err.startswith("p.yaml:")
    assert len(err) < 20_000


@pytest.mark.parametrize("option", ["--symbolic", "--elements", "--verify", "--exact"])
def test_options_of_solve(option: str, command: Command, folder: Path) -> None:
    powers = GOOD.replace("relu(z1)", "(z1 + 1/3)**64 / 10**64")
    for text in (powers, DONE["squared-over-and-over"], DONE["doubled-over-and-over"]):
        (folder / "p.yaml").write_text(text, encoding="utf-8")
        found = command.run(
            "solve", "p.yaml", option, "-f", "plain", folder=folder, seconds=20, mib=1024
        )
        assert_tame(found, 0, 2)


def test_a_number_that_is_too_large_for_json(command: Command, folder: Path) -> None:
    code, out, _ = solved(command, folder, "inputs: {x: 1e64}\nloss: x**4\n", "json")
    assert code == 0
    assert json.loads(out, parse_constant=pytest.fail)["quantities"]["L"]["value"] == 1e256
    code, out, err = solved(command, folder, "inputs: {x: 1e64}\nloss: x**8\n", "json")
    assert (code, out) == (2, "")
    assert "overflow" in err
