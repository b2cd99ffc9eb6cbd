from backpropcli.derivation.data import delta, entry, partial, sum_over
from backpropcli.derivation.forms import Branch, cases, free_letters
from backpropcli.derivation.writing import line_latex, line_text
from backpropcli.infer import Shapes
from backpropcli.language.latex import LatexStyle
from backpropcli.language.nodes import Name, Number, call, index
from backpropcli.ops import OPS

x, y, z, h, P, e = (Name(n) for n in ("x", "y", "z", "h", "P", "e"))
h_i, h_j, y_j = entry(h, "i"), entry(h, "j"), entry(y, "j")
LOG = call("log", entry(P, "j"))
TOTAL = sum_over(call("exp", entry(h, "k")), "k")
STEP = cases([Branch(Number(1), e, ">", Number(0))], 0)
STYLE = LatexStyle(templates={name: OPS[name].latex for name in ("exp", "log", "sigmoid")})

LINES = [
    (partial(index(Name("z2"), 1), index(Name("W2"), 1, 1)), "dz2[2]/dW2[2,2]"),
    (partial(call("sigmoid", e), e), "d sigmoid(e)/de"),
    (partial(x * y, x), "d(x * y)/dx"),
    (partial(entry(P, "i"), h_j), "dP[i]/dh[j]"),
    (partial(Name("dL/dz"), x), "d(dL/dz)/dx"),
    (sum_over(y_j * LOG, "j"), "sum_j y[j] * log(P[j])"),
    (sum_over(y_j + LOG, "j"), "sum_j (y[j] + log(P[j]))"),
    (sum_over(y_j, "j") * x, "(sum_j y[j]) * x"),
    (x * sum_over(y_j, "j"), "x * (sum_j y[j])"),
    (x + sum_over(y_j, "j"), "x + sum_j y[j]"),
    (-sum_over(y_j * LOG, "j"), "-sum_j y[j] * log(P[j])"),
    (-sum_over(y_j, "j") + x, "-sum_j y[j] + x"),
    (call("exp", h_i) / TOTAL, "exp(h[i]) / (sum_k exp(h[k]))"),
    (sum_over(TOTAL, "j"), "sum_j (sum_k exp(h[k]))"),
    (TOTAL**2, "(sum_k exp(h[k]))**2"),
    (partial(z, x) ** 2, "(dz/dx)**2"),
    (1 * partial(y, z) * partial(z, x), "1 * dy/dz * dz/dx"),
    (x / partial(z, x), "x / (dz/dx)"),
    (delta("i", "j"), "[i = j]"),
    (STEP, "{1 if e > 0; 0 otherwise}"),
    (x * (h_i + delta("i", "j")), "x * (h[i] + [i = j])"),
]
LATEX = [
    (partial(z, index(Name("W2"), 1, 1)), r"\frac{\partial z}{\partial \left[W_{2}\right]_{2,2}}"),
    (partial(call("sigmoid", e), e), r"\frac{\partial \sigma\left(e\right)}{\partial e}"),
    (partial(x + y, x), r"\frac{\partial}{\partial x} \left(x + y\right)"),
    (
        x * partial(x + y, x),
        r"x \cdot \frac{\partial}{\partial x} \left(x + y\right)",
    ),
    (
        partial(call("log", TOTAL), TOTAL),
        r"\frac{\partial \ln\left(\sum_{k} \exp\left(h_{k}\right)\right)}"
        r"{\partial \sum_{k} \exp\left(h_{k}\right)}",
    ),
    (partial(TOTAL, h_i), r"\frac{\partial \sum_{k} \exp\left(h_{k}\right)}{\partial h_{i}}"),
    (h_i, "h_{i}"),
    (entry(Name("W"), "i", "j"), "W_{ij}"),
    (delta("i", "j"), r"\delta_{ij}"),
    (sum_over(y_j * x, "j"), r"\sum_{j} y_{j} \cdot x"),
    (sum_over(y_j + x, "j"), r"\sum_{j} \left(y_{j} + x\right)"),
    (sum_over(y_j, "j") * x, r"\left(\sum_{j} y_{j}\right) \cdot x"),
    (-sum_over(y_j, "j"), r"-\sum_{j} y_{j}"),
    (STEP, r"\begin{cases}1 & \text{if } e > 0 \\ 0 & \text{otherwise}\end{cases}"),
]


def test_lines_as_text():
    for expr, text in LINES:
        assert line_text(expr) == text


def test_lines_as_latex():
    for expr, text in LATEX:
        assert line_latex(expr, STYLE) == text


def test_entries_count_from_where_the_problem_does():
    assert line_text(partial(z, index(x, 0)), 0) == "dz/dx[0]"


def test_a_letter_that_a_sum_binds_is_not_free():
    assert free_letters(h_i - sum_over(y_j * h_j, "j")) == {"i"}
    assert free_letters(delta("i", "j") * h_j) == {"i", "j"}
    assert free_letters(h_j * sum_over(y_j, "j")) == {"j"}


def test_products_of_forms_and_of_entries_of_vectors_are_those_of_numbers():
    shapes = Shapes({"h": (3,), "y": (3,), "x": ()})
    style = LatexStyle(is_scalar=lambda node: shapes.of(node) == ())
    assert line_latex(h_i * delta("i", "j"), style) == r"h_{i} \cdot \delta_{ij}"
    assert line_latex(h * y, style) == r"h \odot y"
    assert line_latex(h * y, style, scalars=True) == r"h \cdot y"
