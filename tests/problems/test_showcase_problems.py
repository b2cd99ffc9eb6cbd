"""Small problems that each show a feature of the format; the numbers are worked by hand."""

import numpy as np
from problem_support import PROBLEMS, close, exactly, formula, solved

from backpropcli.problem import problem_from_text
from backpropcli.solution import solve


def test_only_a_loss():
    # L = -(log(1/2) + log(1 - 1/4) + log(4/5)) / 3, and 1/2 * 3/4 * 4/5 = 3/10
    s = solved("loss-only")
    close(s["L"], -np.log(0.3) / 3)
    # -1/p / 3 where y is 1, 1/(1 - p) / 3 where y is 0
    exactly(s.total, dL_by_dp=["-2/3", "4/9", "-5/12"])


def test_only_weights():
    counts = solved("weights-only").program.counts
    # 6*1*5*5, 6, 16*6*5*5, 16, 256*10, 10
    assert list(counts.parameters.values()) == [150, 6, 2400, 16, 2560, 10]
    assert counts.total("parameters") == 5142
    exactly(solved("weights-only").total, parameters=5142)


def test_only_an_update():
    # 0.7 - 0.5 * 0.1
    exactly(solved("update-only").total, theta_change="-0.05", theta_new="0.65")


def test_update_formula():
    text = formula(solved("update-only"), "theta_new")
    assert text in ("theta - 0.5 * dL/dtheta", "theta - dL/dtheta / 2")


def test_shared_weight():
    # a = 3*2, b = 3*2 + 1, yhat = 13, L = 7^2/2; both uses give -7 * 2
    s = solved("shared-weights")
    exactly(s.total, a=6, b=7, yhat=13, L="49/2", dL_by_dyhat=-7, dL_by_dWf=-28, dL_by_dWi=-28)
    assert s.program.counts.total("parameters") == 1
    assert formula(s, "dL/dWf") == "dL/da * x + dL/db * x"


def test_error_terms():
    # net = (1 - 2, 0.5 + 1), the first relu is off, o = 2*0 - 1.5, t - o = 3.5
    s = solved("error-terms")
    exactly(s.total, net=[-1, "1.5"], o1=[0, "1.5"], o="-1.5")
    exactly(s.total, delta_o="3.5")
    # delta_h = delta_o * w * mask = 3.5 * (2*0, -1*1)
    exactly(s.total, delta_h=[0, "-3.5"])
    # 0.1 * 3.5 * (0, 1.5)
    exactly(s.total, Delta_w=[0, "0.525"])
    # 0.1 * outer((0, -3.5), (1, 2))
    exactly(s.total, Delta_W=[[0, 0], ["-0.35", "-0.7"]])


def test_mean_over_examples():
    # yhat = x, the residuals are -1, -1, -2; L = r^2/2, dL/dw = r*x, dL/db = r
    s = solved("line-fit-mean")
    exactly(s.examples[0], yhat=1, L="1/2", dL_by_dw=-1, dL_by_db=-1)
    exactly(s.examples[1], yhat=2, L="1/2", dL_by_dw=-2, dL_by_db=-1)
    exactly(s.examples[2], yhat=3, L=2, dL_by_dw=-6, dL_by_db=-2)
    # (1/2 + 1/2 + 2)/3, (-1 - 2 - 6)/3, (-1 - 1 - 2)/3
    exactly(s.total, L=1, dL_by_dw=-3, dL_by_db="-4/3")


def test_three_steps_of_gradient_descent():
    # w: 1, 1 + 8/4 = 3, 3 + 4/4 = 4, 4 + 2/4 = 4.5; L = (w - 5)^2
    s = solved("gradient-descent")
    exactly(s.total, L=16, dL_by_dw=-8, w_change="3.5", w_new="4.5")
    exactly(s.total, L_new="0.25", L_steps=[16, 4, 1])
    assert len(s.steps) == 3
    exactly(s.steps[0].total, w=1, L=16, dL_by_dw=-8, w_change=2, w_new=3)
    exactly(s.steps[1].total, w=3, L=4, dL_by_dw=-4, w_change=1, w_new=4)
    exactly(s.steps[2].total, w=4, L=1, dL_by_dw=-2, w_change="0.5", w_new="4.5")


def test_class_numbers():
    # p of row 1 is (1, 1, 1)/3 and of row 2 (1, 2, 1)/4; L = (log 3 + log 4)/2
    s = solved("class-numbers")
    close(s["L"], np.log(12) / 2)
    close(s["p"], np.array([[1 / 3, 1 / 3, 1 / 3], [1 / 4, 1 / 2, 1 / 4]]))
    # (p - onehot)/2
    rows = [[-1 / 3, 1 / 6, 1 / 6], [1 / 8, 1 / 4, -3 / 8]]
    close(s["dL/dlogits"], np.array(rows))


def test_random_whole_numbers():
    s = solved("random-linear")
    x, t, w, b = (s[name] for name in ("X", "T", "W", "b"))
    for value, shape, most in ((x, (4, 3), 3), (t, (4, 2), 5), (w, (3, 2), 2), (b, (2,), 1)):
        assert value.shape == shape
        assert np.array_equal(value, np.round(value))
        assert np.abs(value).max() <= most
    residual = x @ w + b - t
    assert np.array_equal(s["Y"], x @ w + b)
    assert s["L"] == (residual**2).sum() / 2
    assert np.array_equal(s["dL/dW"], x.T @ residual)
    assert np.array_equal(s["dL/db"], residual.sum(axis=0))
    assert [asked.points for asked in s.problem.find] == [1, 1, 1, 3, 2]


def test_another_seed_gives_other_numbers():
    text = (PROBLEMS / "random-linear.yaml").read_text(encoding="utf-8")
    again = solve(problem_from_text(text))
    other = solve(problem_from_text(text.replace("seed: 7", "seed: 8")))
    assert np.array_equal(again["X"], solved("random-linear")["X"])
    assert not np.array_equal(other["X"], solved("random-linear")["X"])


def test_notation_of_paper():
    # z1 = (1 - 1, 1 - 2 + 1) = 0, so h1 = 1/2; yhat = (2 - 3)/2; L = 1.5^2/2
    s = solved("paper-notation")
    exactly(s.total, z1=[0, 0])
    close(s["yhat"], -0.5)
    close(s["L"], 1.125)
    close(s["dL/dyhat"], -1.5)
    # -1.5 * h1, and -1.5 * w2 * 1/4 with x = (1, -2) outside
    close(s["dL/dw2"], np.array([-0.75, -0.75]))
    close(s["dL/dW1"], np.array([[-0.75, 1.5], [1.125, -2.25]]))
