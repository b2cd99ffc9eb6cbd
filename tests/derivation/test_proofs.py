import re
from pathlib import Path

import pytest

from backpropcli.derivation.data import ENTRY, Line
from backpropcli.derivation.points import setting_points
from backpropcli.derivation.proof import Words
from backpropcli.derivation.proofs import proofs_for, stated_proofs
from backpropcli.derivation.proofs.activations import RULES, slope
from backpropcli.derivation.proofs.cross_entropy import loss_and_gradient
from backpropcli.derivation.proofs.logsumexp import log_sum
from backpropcli.derivation.proofs.sigmoid_cross_entropy import gradient
from backpropcli.derivation.proofs.softmax import jacobian
from backpropcli.derivation.proofs.squared_error import Square, scalar, vector
from backpropcli.derivation.verify import check_lines
from backpropcli.derivation.writing import line_text
from backpropcli.language.nodes import Apply, Name, Number, call, is_op, postorder
from backpropcli.problem import load_problem
from backpropcli.program import build_program

PROBLEMS = Path(__file__).parents[2] / "problems"
L, P, h, y, z, yhat = (Name(n) for n in ("L", "P", "h", "y", "z", "yhat"))


def all_proofs():
    for op, (_, out, lower) in RULES.items():
        yield slope(call(op, Name(lower)), Name(out), Name(lower))
    yield jacobian(P, h, (), Words())
    yield log_sum(P, h, (), Words())
    yield from loss_and_gradient(L, P, h, y, (), Words())
    yield gradient(L, P, z, y)
    for sign in (1, -1):
        yield scalar(L, yhat, y, Square(yhat, y, sign, Number(1).value / 2))
        yield vector(L, yhat, y, Square(yhat, y, sign, mean=True), Words())


PROOFS = list(all_proofs())


def named(proof):
    return proof.derivation.title


def with_line(derivation, number, expr):
    lines = list(derivation.lines)
    lines[number] = Line(expr, lines[number].why)
    return derivation._replace(lines=tuple(lines))


def with_node(root, old, new):
    """The expression with one of its nodes (by identity of value) replaced everywhere."""
    if root == old:
        return new
    if not isinstance(root, Apply):
        return root
    return Apply(root.op, tuple(with_node(arg, old, new) for arg in root.args), root.params)


def slips(expr):
    """The line with its sign, its factor, one of its signs or one of its indices wrong."""
    yield -expr
    yield 2 * expr
    for node in postorder(expr):
        if is_op(node, "add") or (is_op(node, "sub") and Number(0) not in node.args):
            other = "sub" if node.op == "add" else "add"
            yield with_node(expr, node, Apply(other, node.args))


def wrong_indices(expr):
    letters = {n.name for node in postorder(expr) if is_op(node, ENTRY) for n in node.args[1:]}
    for node in postorder(expr):
        if is_op(node, ENTRY):
            for letter in letters - {node.args[1].name}:
                yield with_node(expr, node, Apply(ENTRY, (node.args[0], Name(letter))))


@pytest.mark.parametrize("proof", PROOFS, ids=named)
def test_every_line_equals_the_line_above(proof):
    assert check_lines(proof.derivation, setting_points(proof.setting)) == []
    assert all(line.why for line in proof.derivation.lines)


@pytest.mark.parametrize("proof", PROOFS, ids=named)
def test_a_line_with_a_slip_is_found(proof):
    points = setting_points(proof.setting, each=1)
    for number, line in enumerate(proof.derivation.lines):
        for wrong in slips(line.expr):
            broken = with_line(proof.derivation, number, wrong)
            assert check_lines(broken, points), line_text(wrong)


@pytest.mark.parametrize("proof", PROOFS, ids=named)
def test_a_wrong_index_in_the_last_line_is_found(proof):
    points = setting_points(proof.setting, each=1)
    last = proof.derivation.lines[-1].expr
    for wrong in wrong_indices(last):
        broken = with_line(proof.derivation, -1, wrong)
        assert check_lines(broken, points), line_text(wrong)


def last_of(proof):
    return line_text(proof.derivation.left), line_text(proof.derivation.lines[-1].expr)


def test_the_results_are_those_of_the_books():
    found = dict(last_of(slope(call(op, z), Name("a"), z)) for op in ("sigmoid",))
    assert found == {"da/dz": "a * (1 - a)"}
    assert last_of(slope(call("tanh", z), Name("a"), z))[1] == "1 - a**2"
    assert last_of(slope(call("softplus", z), Name("a"), z))[1] == "sigmoid(z)"
    assert last_of(slope(call("log", z), Name("a"), z))[1] == "1 / z"
    assert last_of(jacobian(P, h, (), Words())) == ("dP[i]/dh[j]", "P[i] * ([i = j] - P[j])")
    assert last_of(log_sum(P, h, (), Words()))[1] == "P[i]"
    assert last_of(gradient(L, P, z, y)) == ("dL/dz", "P - y")
    half = Square(yhat, y, -1, Number(1).value / 2)
    assert last_of(scalar(L, yhat, y, half)) == ("dL/dyhat", "yhat - y")
    assert last_of(scalar(L, yhat, y, Square(yhat, y, -1)))[1] == "2 * (yhat - y)"
    mean = vector(L, yhat, y, Square(yhat, y, 1, mean=True), Words())
    assert last_of(mean) == ("dL/dyhat[i]", "2 * (yhat[i] - y[i]) / N")


def test_the_proof_of_softmax_with_cross_entropy_line_by_line():
    loss, by_logit = loss_and_gradient(L, P, h, y, (), Words())
    assert [line_text(line.expr) for line in loss.derivation.lines] == [
        "-sum_j y[j] * log(P[j])",
        "-sum_j y[j] * log(exp(h[j]) / (sum_k exp(h[k])))",
        "-sum_j y[j] * (h[j] - log(sum_k exp(h[k])))",
        "-sum_j y[j] * h[j] + (sum_j y[j]) * log(sum_k exp(h[k]))",
        "-sum_j y[j] * h[j] + log(sum_k exp(h[k]))",
    ]
    assert line_text(by_logit.derivation.left) == "dL/dh[i]"
    found = [line_text(line.expr) for line in by_logit.derivation.lines]
    assert found[0] == "d(-sum_j y[j] * h[j] + log(sum_k exp(h[k])))/dh[i]"
    assert found[-2:] == ["-y[i] + exp(h[i]) / (sum_k exp(h[k]))", "P[i] - y[i]"]


def test_a_target_that_does_not_sum_to_1_breaks_the_proof():
    loss, _ = loss_and_gradient(L, P, h, y, (), Words())
    loose = setting_points(loss.setting._replace(targets=frozenset()))
    (said,) = check_lines(loss.derivation, loose)
    assert "line 5" in said


def program_of(tmp_path, text):
    (tmp_path / "p.yaml").write_text(text)
    return build_program(load_problem(tmp_path / "p.yaml"))


HEAD = "inputs: {x: {shape: [3]}, y: {shape: [4]}}\nweights: {W: {shape: [4, 3]}}\n"
WRITTEN = [
    "network: {h: W @ x}\nloss: 'softmax_cross_entropy(h, y)'",
    "network: {h: W @ x, P: softmax(h)}\nloss: 'cross_entropy(P, y)'",
    "network: {h: W @ x, P: softmax(h)}\nloss: -sum(y * log(P))",
    "network: {h: W @ x, P: softmax(h)}\nloss: -sum(log(P) * y)",
    "network: {h: W @ x}\nloss: -sum(y * log_softmax(h))",
    "network: {h: W @ x}\nloss: -sum(y * log(softmax(h)))",
]


@pytest.mark.parametrize("equations", WRITTEN)
def test_cross_entropy_of_softmax_however_it_is_written(tmp_path, equations):
    found = proofs_for(program_of(tmp_path, HEAD + equations))
    by_logit = next(d for d in found if d.title.startswith("Softmax with cross-entropy"))
    assert line_text(by_logit.left) == "dL/dh[i]"
    assert line_text(by_logit.lines[-1].expr) == "P[i] - y[i]"
    assert not any("log" in d.title.split() for d in found)


def test_a_batch_is_proved_for_one_row():
    program = build_program(load_problem(PROBLEMS / "softmax-sizes.yaml"))
    by_logit = next(d for d in proofs_for(program) if d.title.startswith("Softmax with"))
    assert line_text(by_logit.lines[-1].expr) == "P[i] - Y[i]"
    assert any("one example" in note and "one row" in note for note in by_logit.notes)
    assert any("the C classes" in note for note in by_logit.notes)


SQUARES = [
    ("(y - h)**2 / 2", None),
    ("sum((y - h)**2) / 2", "h[i] - y[i]"),
    ("1/2 * sum((h - y)**2)", "h[i] - y[i]"),
    ("mean((h - y)**2)", "2 * (h[i] - y[i]) / N"),
    ("mse(h, y)", "2 * (h[i] - y[i]) / N"),
    ("mse(h, y) / 2 + 0.1 * sum(W**2)", "(h[i] - y[i]) / N"),
    ("sum(x)*sum((y - h)**2)", None),
]


@pytest.mark.parametrize(("loss", "result"), SQUARES)
def test_squared_errors(tmp_path, loss, result):
    if loss.startswith("(y"):
        text = "inputs: {x: 2, y: 1}\nweights: {w: 3}\nnetwork: {h: w*x}\n"
        result = "h - y"
    else:
        text = HEAD + "network: {h: W @ x}\n"
    found = [
        line_text(d.lines[-1].expr)
        for d in proofs_for(program_of(tmp_path, text + f"loss: '{loss}'"))
        if "squared error" in d.title
    ]
    assert found == ([result] if result else [])


def test_binary_cross_entropy_however_it_is_written(tmp_path):
    head = "inputs: {x: 2, y: 1}\nweights: {w: 3}\nnetwork: {z: w*x, p: sigmoid(z)}\n"
    for loss in ("bce(p, y)", "bce_with_logits(z, y)", "-(y*log(p) + (1 - y)*log(1 - p))"):
        found = proofs_for(program_of(tmp_path, head + f"loss: '{loss}'"))
        last = next(d for d in found if d.title.startswith("Sigmoid with binary"))
        assert last_of_derivation(last) == ("dL/dz", "p - y")


def last_of_derivation(derivation):
    return line_text(derivation.left), line_text(derivation.lines[-1].expr)


def test_index_letters_are_no_names_of_the_problem(tmp_path):
    text = HEAD.replace("x:", "i:").replace("W:", "j:") + "network: {k: j @ i}\n"
    found = proofs_for(program_of(tmp_path, text + "loss: 'softmax_cross_entropy(k, y)'"))
    assert line_text(found[-1].left) == "dL/dk[l]"


@pytest.mark.parametrize("path", sorted(PROBLEMS.glob("*.yaml")), ids=lambda p: p.stem)
def test_the_proofs_of_every_problem_hold(path):
    for derivation, setting in stated_proofs(build_program(load_problem(path))):
        assert check_lines(derivation, setting_points(setting, each=1)) == []
        assert not any(re.search(r"[{}]", line.why) for line in derivation.lines)
