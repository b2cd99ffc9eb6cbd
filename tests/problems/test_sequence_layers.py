"""Recurrent and attention layers against PyTorch's numbers and published parameter counts.

The numbers were printed by torch 2 (nn.RNN, nn.LSTM, nn.GRU, nn.MultiheadAttention) for the weights
of ``matrix`` and ``vector`` below; its rows of gates are transposed to (in, units).
"""

import re

import numpy as np
import pytest
from problem_support import formula

from backpropcli.errors import ProblemError
from backpropcli.problem import problem_from_text
from backpropcli.solution import solve

X = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0]]
TOKENS = [[0.5, -1.0, 1.0, 0.25], [1.5, 0.25, -0.5, 0.0], [-0.75, 2.0, 0.0, 1.0]]


def matrix(rows, columns, k):
    return [[((3 * i + 5 * j + k) % 11 - 5) / 8 for j in range(columns)] for i in range(rows)]


def vector(n, k):
    return [((4 * i + k) % 7 - 3) / 10 for i in range(n)]


def recurrent(layer, gates, more=""):
    """A layer of two units on X with the same weights as in PyTorch, and half the squares of h."""
    name = layer.partition("(")[0] + "1"
    weights = {}
    for k, gate in enumerate(gates):
        weights[f"{name}_W{gate}"] = matrix(2, 2, k)
        weights[f"{name}_U{gate}"] = matrix(2, 2, k + 3)
        weights[f"{name}_b{gate}"] = vector(2, k)
        weights[f"{name}_bh{gate}"] = vector(2, k + 2)
    listed = "".join(f"  {key}: {value}\n" for key, value in weights.items())
    loss = f"sum({name}**2) / 2"
    return solve(problem_from_text(
        f"inputs: {{x: {X}}}\nweights:\n{listed}network:\n  - {layer}\nloss: {loss}\n{more}"
    ))  # fmt: skip


def near(value, expected):
    np.testing.assert_allclose(value, expected, rtol=1e-11, atol=1e-14)


def test_a_simple_recurrent_layer_as_in_pytorch():
    s = recurrent("rnn(2, bias=double)", [""])
    near(s["rnn1_h[1]"], [-0.4321195876314196, 0.024994792968420654])
    near(s["rnn1"], [-0.17643317881386697, 0.5626588538694847])
    near(s["L"], 0.173856826212044)
    near(
        s["dL/drnn1_W"],
        [[0.16063166355296582, -0.5670548346234099], [-0.24730365695687043, 0.5554732080088616]],
    )
    near(
        s["dL/drnn1_U"],
        [[0.12561044682789438, -0.2277442195788017], [-0.05107520440788627, 0.11172235035540734]],
    )
    near(s["dL/drnn1_bh"], [-0.204200185014768, 0.3016148502365152])
    assert formula(s, "rnn1_h[2]") == (
        "tanh(x[2] @ rnn1_W + rnn1_h[1] @ rnn1_U + rnn1_b + rnn1_bh)"
    )


def test_an_lstm_as_in_pytorch():
    s = recurrent("lstm(2, bias=double)", "ifgo")
    near(s["lstm1_h[2]"], [-0.05612465374907462, 0.12860744046091302])
    near(s["lstm1"], [0.04384653625798207, 0.08127776600677654])
    near(
        s["dL/dlstm1_Wi"],
        [
            [-0.0034627834996035674, 0.0001482183215891277],
            [0.004357665184544012, 0.0022416571642469253],
        ],
    )
    near(
        s["dL/dlstm1_Uf"],
        [
            [5.7821880615025895e-05, -1.134581663045001e-05],
            [-9.6392642875216e-05, 7.013223455438787e-05],
        ],
    )
    near(
        s["dL/dlstm1_Wg"],
        [
            [-0.004294197309862718, 0.0023317658879035965],
            [0.019831411227104877, 0.0028228262340553537],
        ],
    )
    near(s["dL/dlstm1_bo"], [0.0006847212948852182, 0.005884678325381384])
    near(s["dL/dlstm1_bhg"], [0.013965503341887994, 0.004755788953537284])


def test_a_gru_with_reset_after_as_in_pytorch():
    s = recurrent("gru(2, reset_after=true)", "rzn")
    near(s["gru1_h[1]"], [-0.14156373878941525, -0.1846072307281924])
    near(s["gru1"], [-0.11165870373975031, 0.38482639715653627])
    near(
        s["dL/dgru1_Wr"],
        [
            [0.001230608104518375, -0.002072717144093716],
            [-0.003948675286642928, -0.011143327703176886],
        ],
    )
    near(
        s["dL/dgru1_Uz"],
        [
            [-0.00832601481078393, 0.03138322324624376],
            [0.004117514530615055, 0.00028954912673662125],
        ],
    )
    near(
        s["dL/dgru1_Un"],
        [
            [0.011006821466074165, -0.02698763773033719],
            [-0.002497298343154714, -0.001052936951943595],
        ],
    )
    near(s["dL/dgru1_bn"], [-0.08809941613019126, 0.21826315942703883])
    near(s["dL/dgru1_bhn"], [-0.03065786111677848, 0.13233297601090166])


def test_a_gru_resets_before_the_product_unless_told_otherwise():
    """One unit, one step, by hand: r = z = 1/2, n = tanh(W*x + U*r*h0), h = (h0 + n)/2."""
    text = """
inputs: {x: [[1]], gru1_h0: [2]}
weights:
  gru1_Wz: [[0]]
  gru1_Wr: [[0]]
  gru1_Wn: [[0.5]]
  gru1_Uz: [[0]]
  gru1_Ur: [[0]]
  gru1_Un: [[0.25]]
network:
  - gru(1, bias=False)
loss: gru1[1]
"""
    s = solve(problem_from_text(text))
    n = np.tanh(0.5 + 0.25 * 0.5 * 2)
    near(s["L"], (2 + n) / 2)
    # dh/dUn = (1 - z) * (1 - n^2) * r*h0
    near(s["dL/dgru1_Un"], [[0.5 * (1 - n**2)]])
    assert formula(s, "gru1_n[1]") == ("tanh(x[1] @ gru1_Wn + gru1_r[1] * gru1_h0 @ gru1_Un)")


ATTENTION = {
    "multihead_attention(2)": (
        [0.18277292526324637e-1, -0.9204356924024579, 0.11378204222898716, 0.3421876118302109],
        [0.5950895365685451, 0.2306780604883573, 0.17423240294309755],
        1.8335761577628955,
        [-0.15821783802666878, -0.027911455214782298, -0.07114679281347125, -0.0634016281937837],
        [-0.45727262472683927, 1.456628043341824, -0.5979865476979264, -0.1420429253318122],
    ),
    "multihead_attention(2, causal=true)": (
        [0.18277292526324637e-1, -0.9204356924024579, 0.11378204222898716, 0.3421876118302109],
        [1, 0, 0],
        2.7328773243348268,
        [-0.2777267631399916, 0.03819234671874637, -0.17196727431576803, 0.061057174292583026],
        [-0.5225358908876475, 1.3047326430966146, -0.7409961252770796, -0.2212863297616722],
    ),
}


def attention(layer, data=TOKENS):
    weights = {f"mha1_W{c}": matrix(4, 4, k) for k, c in enumerate("qkvo")}
    weights |= {f"mha1_b{c}": vector(4, k) for k, c in enumerate("qkvo")}
    listed = "".join(f"  {key}: {value}\n" for key, value in weights.items())
    return solve(problem_from_text(
        f"inputs: {{x: {data}, M: [[1, 0, 0], [1, 1, 0], [1, 1, 1]]}}\nweights:\n{listed}"
        f"network:\n  - {layer}\nloss: sum(mha1**2) / 2\n"
    ))  # fmt: skip


@pytest.mark.parametrize("layer", ATTENTION)
def test_attention_as_in_pytorch(layer):
    last, weights, loss, key_row, out_row = ATTENTION[layer]
    s = attention(layer)
    near(s["mha1"][2], last)
    near(s["mha1_A1"][0], weights)
    near(s["L"], loss)
    near(s["dL/dmha1_Wk"][0], key_row)
    near(s["dL/dmha1_Wo"][0], out_row)


def test_a_mask_of_the_problem_is_that_of_causal():
    own, causal = (
        attention("multihead_attention(2, mask=M)"),
        attention("multihead_attention(2, causal=true)"),
    )
    near(own["dL/dmha1_Wk"], causal["dL/dmha1_Wk"])
    assert formula(own, "mha1_A2") == "masked_softmax(mha1_S2, M)"


def test_a_batch_is_its_sequences_one_by_one():
    other = (np.array(TOKENS)[::-1] * 0.5).tolist()
    both = attention("multihead_attention(2)", [TOKENS, other])
    alone = [attention("multihead_attention(2)", data) for data in (TOKENS, other)]
    near(both["mha1"], [s["mha1"] for s in alone])
    near(both["dL/dmha1_Wq"], sum(s["dL/dmha1_Wq"] for s in alone))
    text = "weights: {{rnn1_W: {}, rnn1_U: {}, rnn1_b: [0, 0]}}\nnetwork:\n  - rnn(2)\n"
    text = text.format(matrix(2, 2, 1), matrix(2, 2, 4)) + "loss: sum(rnn1**2)\n"
    back = X[::-1]
    both = solve(problem_from_text(f"inputs: {{x: {[X, back]}}}\n{text}"))
    alone = [solve(problem_from_text(f"inputs: {{x: {data}}}\n{text}")) for data in (X, back)]
    near(both["rnn1"], [s["rnn1"] for s in alone])
    near(both["dL/drnn1_U"], sum(s["dL/drnn1_U"] for s in alone))


def test_both_directions_are_two_layers_joined():
    def one(data, weights):
        s = solve(problem_from_text(
            f"inputs: {{x: {data}}}\nweights: {{rnn1_W: {weights[0]}, rnn1_U: {weights[1]}}}\n"
            "network:\n  - rnn(2, bias=False, return_sequences=true)\n"
        ))  # fmt: skip
        return s["rnn1"]

    forth, back = (matrix(2, 2, 1), matrix(2, 2, 2)), (matrix(2, 2, 3), matrix(2, 2, 4))
    text = (
        f"inputs: {{x: {X}}}\nweights: {{rnn1_W: {forth[0]}, rnn1_U: {forth[1]}, "
        f"rnn1_back_W: {back[0]}, rnn1_back_U: {back[1]}}}\nnetwork:\n"
    )
    line = "  - rnn(2, bias=False, bidirectional=true{})\n"
    both = solve(problem_from_text(text + line.format(", return_sequences=true")))["rnn1"]
    backward = one(X[::-1], back)[::-1]
    near(both, np.concatenate([one(X, forth), backward], axis=1))
    last = solve(problem_from_text(text + line.format("")))["rnn1"]
    near(last, [*one(X, forth)[-1], *backward[0]])


COUNTS = [
    # The Keras guide "Working with RNNs": its three summaries, line by line.
    ("{shape: [7]}", ["embedding(1000, 64)", "lstm(128)", "dense(10)"], [64000, 98816, 1290]),
    ("{shape: [7]}", ["embedding(1000, 64)", "gru(256, reset_after=true, return_sequences=true)",
                      "rnn(128)", "dense(10)"], [64000, 247296, 49280, 1290]),
    ("{shape: [5, 10]}", ["lstm(64, return_sequences=true, bidirectional=true)",
                          "lstm(32, bidirectional=true)", "dense(10)"], [38400, 41216, 650]),
    # torch: nn.LSTM(10, 20), nn.GRU(10, 20), nn.MultiheadAttention(512, 8),
    # nn.LSTM(10, 20, bidirectional=True, bias=False)
    ("{shape: [4, 10]}", ["lstm(20, bias=double)"], [2560]),
    ("{shape: [4, 10]}", ["gru(20, reset_after=true)"], [1920]),
    ("{shape: [4, 512]}", ["multihead_attention(8)"], [1050624]),
    ("{shape: [4, 10]}", ["lstm(20, bidirectional=true, bias=False)"], [4800]),
    # Keras: SimpleRNN, GRU(reset_after=False), MultiHeadAttention(num_heads=2, key_dim=2) on 16
    ("{shape: [4, 10]}", ["rnn(20, bias=False)"], [600]),
    ("{shape: [4, 10]}", ["gru(20)"], [3 * (20 * 30 + 20)]),
    ("{shape: [8, 16]}", ["multihead_attention(2, key_dim=2)"], [3 * (16 * 4 + 4) + 4 * 16 + 16]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "lines", "counts"), COUNTS, ids=lambda v: str(v)[:40])
def test_published_parameter_counts(data, lines, counts):
    listed = "".join(f"  - {line}\n" for line in lines)
    s = solve(problem_from_text(f"inputs: {{x: {data}}}\nnetwork:\n{listed}"))
    names = [layer.name or layer.values[0] for layer in s.problem.layers]
    found = [s.program.counts.of(f"parameters({name})") for name in names]
    assert found == counts
    assert s.program.counts.total("parameters") == sum(counts)


def test_a_layer_is_counted_as_a_whole_under_its_name():
    s = solve(problem_from_text(
        "inputs: {x: {shape: [2, 3]}}\nnetwork:\n  - lstm(4)\n"
        "find: [parameters(lstm1), operations(lstm1), macs(lstm1), macs]\n"
    ))  # fmt: skip
    counts = s.program.counts
    assert counts.of("parameters(lstm1)") == 4 * (4 * (3 + 4) + 4)
    assert counts.of("macs(lstm1)") == 2 * 4 * 4 * (3 + 4)
    # each gate: 28 products, 8 + 12 additions in them, 8 additions, 4 of the activation
    gate = 28 + (2 * 4 + 3 * 4) + 8 + 4
    assert counts.of("operations(lstm1)") == 2 * (4 * gate + 3 * 4 + 2 * 4)
    assert counts.total("operations") == counts.of("operations(lstm1)")


def test_states_that_are_given():
    text = "inputs: {{x: {}{}}}\nweights: {{rnn1_W: {}, rnn1_U: {}, rnn1_b: [0, 0]}}\n"
    text += "network:\n  - rnn(2)\n"
    weights = (matrix(2, 2, 1), matrix(2, 2, 4))
    state = np.tanh(np.array(X[0]) @ weights[0] + np.array([1, -1]) @ weights[1])
    one = solve(problem_from_text(text.format(X[:1], ", rnn1_h0: [1, -1]", *weights)))
    near(one["rnn1"], state)
    written = text.format(X[:1], "", *weights).replace("inputs:", "inputs: &", 1)
    written = written.replace("inputs: & {x:", "inputs:\n  rnn1_h[0]: [1, -1]\n  x:")
    written = re.sub(r"(x: .*)\}", r"\1", written, count=1)
    near(solve(problem_from_text(written))["rnn1"], state)


def test_residual_positions_and_tables():
    s = solve(problem_from_text(
        "inputs: {ids: [2, 1]}\nweights: {E1: [[1, 2], [3, 4]]}\n"
        "network:\n  - embedding(2, 2)\n  - positional_encoding\n  - add(e1)\n"
    ))  # fmt: skip
    near(s["p1"], [[3, 5], [1 + np.sin(1), 2 + np.cos(1)]])
    near(s["s1"], s["p1"] + s["e1"])
    assert formula(s, "s1") == "p1 + e1"


@pytest.mark.parametrize(
    ("data", "lines", "said"),
    [
        ("[1, 2]", ["lstm(3)"], "a sequence (steps, in) or (batch, steps, in), x is (2,)"),
        ("{shape: [N, 3]}", ["gru(3)"], "gru is written out step by step, and x has N steps"),
        ("{shape: [1001, 3]}", ["rnn(3)"], "1001 steps are too many to be written out"),
        ("{shape: [4, 3]}", ["rnn"], "the number of units comes first, as in rnn(8)"),
        ("{shape: [4, 3]}", ["lstm(3, bias=2)"], "bias= is True, False or double"),
        ("{shape: [4, 3]}", ["lstm(3, tanh)"], "lstm has an argument too many: tanh"),
        ("{shape: [4, 3]}", ["multihead_attention(2)"], "3 columns cannot be shared by 2 heads"),
        ("{shape: [4]}", ["multihead_attention(2)"], "multihead_attention takes rows as steps"),
        ("{shape: [4, 4]}", ["multihead_attention(2, mask=K)"], "mask= names an input, found K"),
        ("{shape: [4, 4]}", ["dense(4)", "add(h1)"], "add: there is no earlier value `h1`"),
        ("{shape: [4, 4]}", ["dense(3)", "add(x)"], "add: x is (4, 4) and z1 is (4, 3)"),
        ("{shape: [4]}", ["positional_encoding"], "positions are added to a sequence, x is (4,)"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_layer(data, lines, said):
    listed = "".join(f"  - {line}\n" for line in lines)
    with pytest.raises(ProblemError) as caught:
        problem_from_text(f"inputs: {{x: {data}}}\nnetwork:\n{listed}")
    assert said in caught.value.complaints[0].message


def test_a_weight_of_another_shape():
    with pytest.raises(ProblemError) as caught:
        problem_from_text("inputs: {x: [[1, 2]]}\nweights: {lstm1_Uf: [[1, 2]]}\n"
                          "network:\n  - lstm(3)\n")  # fmt: skip
    told = caught.value.complaints[0]
    assert told.message == "lstm1_Uf is (1, 2), `lstm(3)` in line 4 needs (3, 3)"
    assert (told.place.line, told.place.column, told.width) == (2, 11, len("lstm1_Uf"))
