"""The problems over sequences: published numbers, and what is worked by hand."""

import numpy as np
from problem_support import exactly, formula, solved, to_digits


def test_a_linear_recurrent_unit():
    # h: 2+1, 6-1, 10+3; L = 3^2/2; back: 3, 6, 12; dw = 12*1 + 6*3 + 3*5
    s = solved("rnn-linear")
    found = {f"h[{t}]": v for t, v in ((1, 3), (2, 5), (3, 13))}
    found |= {f"dL/dh[{t}]": v for t, v in ((1, 12), (2, 6), (3, 3))}
    for name, value in found.items():
        assert s.total.exact[name][()] == value
    exactly(s.total, L="9/2", dL_by_dw=45, dL_by_dh0=24)


def test_the_published_lstm():
    """All forward values, and the summed gradients, to a unit of the last digit printed."""
    s = solved("lstm-two-steps")
    forward = {
        "a": (0.81775, 0.84980), "i": (0.96083, 0.98118), "f": (0.85195, 0.87030),
        "o": (0.81757, 0.84993), "state": (0.78572, 1.5176), "out": (0.53631, 0.77198),
    }  # fmt: skip
    for name, values in forward.items():
        for t, value in enumerate(values, 1):
            np.testing.assert_allclose(s[f"{name}[{t}]"], value, atol=5e-5)
    np.testing.assert_allclose(s["dE/dstate[2]"], -0.07111, atol=1e-5)
    published = {
        "Wa": [-0.0267, -0.0922], "Wi": [-0.0022, -0.0067], "Wf": [-0.0032, -0.0189],
        "Wo": [-0.0259, -0.1626], "Ua": -0.0104, "Ui": -0.0006, "Uf": -0.0034, "Uo": -0.0297,
        "ba": -0.0364, "bi": -0.0028, "bf": -0.0063, "bo": -0.0536,
    }  # fmt: skip
    for name, value in published.items():
        np.testing.assert_allclose(s[f"dE/d{name}"], value, atol=1e-4)


def test_the_published_self_attention():
    s = solved("self-attention")
    assert s["S"].tolist() == [[2, 4, 4], [4, 16, 12], [4, 12, 10]]
    to_digits(s["O"], [[1.9366, 6.6831, 1.5951], [2, 7.9640, 0.0540], [1.9997, 7.7599, 0.3584]], 4)


def test_counts_that_keras_prints():
    counts = solved("counting-recurrent").program.counts
    found = [counts.of(f"parameters({name})") for name in ("e1", "gru1", "rnn1", "z1")]
    assert found == [64000, 247296, 49280, 1290]


def test_the_transformer_block():
    counts = solved("transformer-block").program.counts
    # 1000*64; 4*(64*64 + 64); 64*256 + 256; 256*64 + 64
    found = [counts.of(f"parameters({name})") for name in ("e1", "mha1", "z1", "z2")]
    assert found == [64000, 16640, 16640, 16448]


def test_a_word_that_occurs_twice():
    # z = 0, dL/dz = -1/2, dL/dm = -(1/4, 1/2), a quarter of it for each of the four places
    s = solved("word-vectors")
    np.testing.assert_allclose(s["dL/dE"], np.outer([1, 2, 0, 1], [-1 / 16, -1 / 8]), rtol=1e-14)


def test_soft_targets_and_penalties():
    s = solved("distillation-temperature")
    np.testing.assert_allclose(s["dL/dz"], (s["p"] - [0.5, 0.3, 0.2]) / 2, rtol=1e-12)
    s = solved("label-smoothing")
    target = [1 / 30, 0.9 + 1 / 30, 1 / 30]
    np.testing.assert_allclose(s["dL/dz"], s["p"] - target, rtol=1e-12)
    # yhat = 0.5 - 2 + 0.5 = -1; L = 2 + 0.2*1.5 + 0.05*1.25; dw = -2*(1, 2) + 0.2*(1, -1) + 0.1*w
    s = solved("elastic-net")
    exactly(s.total, L="2.3625", dL_by_dw=["-1.75", "-4.3"])


def test_a_gru_step_is_a_mixture():
    s = solved("gru-layer")
    assert formula(s, "gru1_h[2]") == "gru1_z[2] * gru1_h[1] + (1 - gru1_z[2]) * gru1_n[2]"
    z, n = s["gru1_z[1]"], s["gru1_n[1]"]
    np.testing.assert_allclose(z, 1 / (1 + np.exp(-0.5)), rtol=1e-14)
    np.testing.assert_allclose(s["gru1_h[1]"], (1 - z) * n, rtol=1e-14)
    np.testing.assert_allclose(n, np.tanh(1), rtol=1e-14)
