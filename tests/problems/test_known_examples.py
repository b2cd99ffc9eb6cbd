"""Examples that everyone knows: every number that their authors printed.

The numbers are copied from the sources that the problems cite, in the digits printed there; a
printed number is right if it is the value rounded to its digits, unless a test says why it is not.
"""

from fractions import Fraction

import numpy as np
import pytest
from problem_support import exactly, solved, to_digits

from backpropcli.problem import problem_from_text
from backpropcli.solution import solve
from tests.problems.remake_index import PROBLEMS


def printed(solution, numbers, units=0.5):
    """Each number is right to half a unit of its last digit, or to as many units as said."""
    for line in numbers.strip().split("\n"):
        name, _, text = line.partition("=")
        digits = len(text.partition(".")[2].strip())
        off = abs(float(solution[name.strip()]) - float(text))
        assert off <= units * 1.0000001 * 10.0**-digits, f"{line}: {solution[name.strip()]}"


def test_circuit_of_a_sum_and_a_product():
    run = solved("cs231n-circuit").total
    exactly(run, q=3, f=-12, df_by_dz=3, df_by_dq=-4, df_by_dx=-4, df_by_dy=-4)


def test_circuit_with_a_maximum():
    run = solved("cs231n-patterns").total
    exactly(run, a=-12, m=2, s=-10, f=-20, df_by_ds=2, df_by_da=2, df_by_dm=2)
    exactly(run, df_by_dx=-8, df_by_dy=6, df_by_dz=2, df_by_dw=0)


SIGMOID_NEURON = """
p0 = -2.00
p1 = 6.00
s = 4.00
dot = 1.00
neg = -1.00
ex = 0.37
den = 1.37
f = 0.73
df/dden = -0.53
df/dex = -0.53
df/dneg = -0.20
df/ddot = 0.20
df/ds = 0.20
df/dp0 = 0.20
df/dp1 = 0.20
df/dw0 = -0.20
df/dx0 = 0.39
df/dw1 = -0.39
df/dx1 = -0.59
df/dw2 = 0.20
"""


def test_sigmoid_neuron():
    s = solved("cs231n-sigmoid-neuron")
    printed(s, SIGMOID_NEURON)
    assert s["one_gate"] == pytest.approx(s["df/ddot"], rel=1e-14)
    # with 0.20 instead, two of them are 0.40, as in the slides of the same course
    assert 2 * round(float(s["df/ddot"]), 2) == pytest.approx(0.40)


def test_stages_of_a_formula():
    """By the quotient rule, in one piece."""
    s = solved("cs231n-staged")
    sigx, sigy = 1 / (1 + np.exp(-3.0)), 1 / (1 + np.exp(4.0))
    top, bottom = 3 + sigy, sigx + 1
    assert s["f"] == pytest.approx(top / bottom, rel=1e-14)
    by_x = (bottom - top * (sigx * (1 - sigx) - 2)) / bottom**2
    by_y = (sigy * (1 - sigy) * bottom - top * -2) / bottom**2
    assert s["df/dx"] == pytest.approx(by_x, rel=1e-13)
    assert s["df/dy"] == pytest.approx(by_y, rel=1e-13)


MICROGRAD = """
x1w1 = -6.0000
x2w2 = 0.0000
sum12 = -6.0000
n = 0.8814
o = 0.7071
do/dn = 0.5000
do/db = 0.5000
do/dsum12 = 0.5000
do/dx1w1 = 0.5000
do/dx2w2 = 0.5000
do/dx1 = -1.5000
do/dw1 = 1.0000
do/dx2 = 0.5000
do/dw2 = 0.0000
"""


def test_tanh_neuron():
    text = (PROBLEMS / "micrograd-neuron.yaml").read_text(encoding="utf-8")
    printed(solve(problem_from_text(text), also=["do/db", "do/dx2w2", "do/dsum12"]), MICROGRAD)


def test_computation_graph():
    run = solved("computation-graph").total
    exactly(run, u=6, v=11, J=33, dJ_by_dv=3, dJ_by_da=3, dJ_by_du=3, dJ_by_db=6, dJ_by_dc=9)


def test_gradient_of_a_mean():
    run = solved("mean-gradient").total
    exactly(run, out=27, dout_by_dz=[["1/4"] * 2] * 2, local=[[18] * 2] * 2)
    exactly(run, product=[["9/2"] * 2] * 2)


MAZUR = """
net_h1 = 0.3775
out_h1 = 0.593269992
out_h2 = 0.596884378
net_o1 = 1.105905967
out_o1 = 0.75136507
out_o2 = 0.772928465
E_o1 = 0.274811083
E_o2 = 0.023560026
E = 0.298371109
dE/dout_o1 = 0.74136507
dE/dnet_o1 = 0.138498562
dE/dw5 = 0.082167041
dE/dout_h1 = 0.036350306
dE/dw1 = 0.000438568
w5_new = 0.35891648
w6_new = 0.408666186
w7_new = 0.511301270
w8_new = 0.561370121
w1_new = 0.149780716
w2_new = 0.19956143
w3_new = 0.24975114
w4_new = 0.29950229
"""


def test_step_by_step_example():
    """Two printed numbers are cut, or rounded from rounded ones: one unit is allowed."""
    s = solved("mazur-2-2-2")
    printed(s, MAZUR, units=1)
    strict = [line for line in MAZUR.strip().split("\n") if not line.startswith("out_h1")]
    printed(s, "\n".join(strict), units=0.51)
    # dE_o1/dout_h1 and dE_o2/dout_h1, of which the sum is dE/dout_h1
    to_digits(s["dE/dnet_o1"] * 0.40, 0.055399425, 9)
    assert s["dE/dnet_o2"] * 0.50 == pytest.approx(-0.019049119, abs=1e-9)


def mazur_error_after(rule):
    """The error after one step, worked out in plain NumPy under four readings of the step."""
    hidden, output = np.array([[0.15, 0.20], [0.25, 0.30]]), np.array([[0.40, 0.45], [0.50, 0.55]])
    i, target, b1, b2 = (
        np.array([0.05, 0.10]),
        np.array([0.01, 0.99]),
        np.full(2, 0.35),
        np.full(2, 0.6),
    )

    def forward():
        h = 1 / (1 + np.exp(-(hidden @ i + b1)))
        return h, 1 / (1 + np.exp(-(output @ h + b2)))

    h, o = forward()
    at_output = (o - target) * o * (1 - o)
    sent_back = (output - 0.5 * np.outer(at_output, h)) if rule == "output first" else output
    at_hidden = sent_back.T @ at_output * h * (1 - h)
    output -= 0.5 * np.outer(at_output, h)
    hidden -= 0.5 * np.outer(at_hidden, i)
    if rule == "shared biases":
        b1, b2 = b1 - 0.5 * at_hidden.sum(), b2 - 0.5 * at_output.sum()
    if rule == "own biases":
        b1, b2 = b1 - 0.5 * at_hidden, b2 - 0.5 * at_output
    return ((target - forward()[1]) ** 2).sum() / 2


def test_error_after_the_step_as_the_article_prints_it():
    """0.291027924 is what the step gives if the output weights change before the hidden ones.

    The article warns against that, and its new weights are those of the right step. So its last
    number is not the key's: the key is fitted to nothing.
    """
    s = solved("mazur-2-2-2")
    assert s["E_new"] == pytest.approx(mazur_error_after("weights only"), rel=1e-13)
    to_digits(mazur_error_after("output first"), 0.291027924, 9)
    for rule in ("weights only", "shared biases", "own biases"):
        assert abs(mazur_error_after(rule) - 0.291027924) > 1e-7, rule


HAN_KAMBER = """
I4 = -0.7
O4 = 0.332
I5 = 0.1
O5 = 0.525
I6 = -0.105
O6 = 0.474
Err6 = 0.1311
Err5 = -0.0065
Err4 = -0.0087
w46_new = -0.261
w56_new = -0.138
w14_new = 0.192
w15_new = -0.306
w24_new = 0.4
w25_new = 0.1
w34_new = -0.508
w35_new = 0.194
theta6_new = 0.218
theta5_new = 0.194
theta4_new = -0.408
"""


def test_textbook_example_with_error_terms():
    """The book goes on with three decimals, so its fourth may be off by one."""
    printed(solved("han-kamber-3-2-1"), HAN_KAMBER, units=1)


def test_softmax_network_worked_by_hand():
    s = solved("cs231n-two-layer")
    to_digits(s["M"], [2.28, -0.68], 12)
    to_digits(s["h1"], [2.28, 0], 12)
    to_digits(s["scores"], [0.4332, -0.228, 0.228], 12)
    to_digits(s["loss"], 1.0513754685043635, 14)
    scores = [0.429052723714, 0.221490524653, -0.650543248367]
    to_digits(s["dloss/dscores"], scores, 12)
    by_w2 = [[0.978240210068, 0.504998396209, -1.483238606277], [0, 0, 0]]
    to_digits(s["dloss/dW2"], by_w2, 11)
    to_digits(s["dloss/db2"], scores, 12)
    to_digits(s["dloss/dh1"], [-0.005683359796, -0.036817689655], 12)
    to_digits(s["dloss/dM"], [-0.005683359796, 0], 12)
    to_digits(s["dloss/dW1"], [[-0.09093376, 0], [0.03410016, 0]], 8)
    to_digits(s["dloss/db1"], [-0.00568336, 0], 8)


def test_xor():
    run = solved("xor-relu").total
    exactly(run, Z=[[0, -1], [1, 0], [1, 0], [2, 1]], H=[[0, 0], [1, 0], [1, 0], [2, 1]])
    # 0, 1, 1, 0 solves XOR; the last target is 1, so only the last row is off, by -1
    exactly(run, yhat=[0, 1, 1, 0], L="1/2", dL_by_dyhat=[0, 0, 0, -1])
    # -(2, 1); -(1, -2) of the last row, whose units are both on; outer((1, 1), (-1, 2))
    exactly(run, dL_by_dw=[-2, -1], dL_by_db=-1, dL_by_dc=[-1, 2], dL_by_dW=[[-1, 2], [-1, 2]])


def test_tied_autoencoder():
    # z = (1 - 1, 2 + 1), h = (0, 3), xhat = (0, 3, -3), r = (-1, 1, -2), dh = (r1 + r3, r2 - r3)
    run = solved("autoencoder-tied").total
    exactly(run, z=[0, 3], h=[0, 3], xhat=[0, 3, -3], L=3, dL_by_dh=[-3, 3], dL_by_dz=[0, 3])
    # outer(h, r) of the decoder and outer(dz, x) of the encoder
    exactly(run, dL_by_dW=[[0, 0, 0], [-3 + 3, 3 + 6, -6 - 3]])


def test_vanishing_gradient():
    s = solved("vanishing-gradient")
    a = [0.0]
    for _ in range(4):
        a.append(1 / (1 + np.exp(-a[-1])))
    slopes = [x * (1 - x) for x in a[1:]]
    for unit in range(4, 0, -1):
        assert s[f"da4/db{unit}"] == pytest.approx(np.prod(slopes[unit - 1 :]), rel=1e-13)
    assert float(s["shrinks"]) < Fraction(1, 4) ** 3


def test_dead_relu():
    run = solved("dead-relu").total
    # Z = -(x1 + x2) in the first column, x1 + 2 x2 in the second; yhat is the second column
    exactly(run, Z=[[-3, 5], [-3, 4], [-1, 2]], yhat=[5, 4, 2], dLa_by_dv=[0, 36])
    exactly(run, dLa_by_dW=[[0, 12], [0, 12]])
    # (5 - .9, 4 - .9, 2 - .3) - t = 3.1, 3.1, -.3; the first unit passes on 3 * 0.1 of each
    exactly(run, yl=["4.1", "3.1", "1.7"], dLb_by_dv=["-1.83", "27.3"])
    exactly(run, dLb_by_dW=[["2.79", "9.3"], ["2.7", "9"]])


def test_differences_of_a_cube():
    # (w + h)^3 - w^3 = 3 w^2 h + 3 w h^2 + h^3
    run = solved("gradient-check").total
    exactly(run, L=8, dL_by_dw=12, one_sided="12.61", central="12.01")
    exactly(run, error_one="0.61", error_central="0.01")
