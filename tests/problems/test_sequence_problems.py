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


# What torch 2 has in float64 for the same weights: its sigmoid, tanh and autograd, step by step.
TORCH_LSTM = {
    "a": (0.8177540779702877, 0.8498040223194213),
    "i": (0.9608342772032357, 0.9811839683254171),
    "f": (0.8519528019683106, 0.8703019698552491),
    "o": (0.8175744761936437, 0.8499333428022842),
    "state": (0.7857261484365797, 1.5176330976694041),
    "out": (0.5363133978820118, 0.7719811057588907),
    "dE/da": (-0.05138895718559233, -0.06976974974437833),
    "dE/di": (-0.043736500974423324, -0.060427622018919845),
    "dE/df": (-0.0, -0.055871190840587594),
    "dE/do": (0.01183268044800943, -0.43417705361835357),
    "dE/dstate": (-0.053483684340626975, -0.07110771475756386),
    "dE/dout": (0.01803814254399135, -0.4780188942411093),
    "dE/dWa": [-0.026716218482736354, -0.09220113198095423],
    "dE/dWi": [-0.0022036889347738947, -0.0066386060104398365],
    "dE/dWf": [-0.0031532708710038247, -0.01891962522602295],
    "dE/dWo": [-0.025924113255300953, -0.1626038887610161],
    "dE/dUa": -0.010396085277602152,
    "dE/dUi": -0.0005983187728458889,
    "dE/dUf": -0.0033822828305408643,
    "dE/dUo": -0.02969987277809606,
    "dE/dba": -0.03640839223660673,
    "dE/dbi": -0.0027614959699969067,
    "dE/dbf": -0.0063065417420076495,
    "dE/dbo": -0.05361302881790451,
    "E": 0.11491036305861509,
}


def test_the_lstm_as_in_pytorch():
    """All 37 quantities of the example, of which the publication prints a part."""
    s = solved("lstm-two-steps")
    stems = {"a", "i", "f", "o", "state", "out"}
    for name, value in TORCH_LSTM.items():
        if name.removeprefix("dE/d") in stems:
            found = [s[f"{name}[{t}]"] for t in (1, 2)]
        else:
            found = s[name]
        np.testing.assert_allclose(found, value, rtol=1e-12, atol=1e-15)


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
