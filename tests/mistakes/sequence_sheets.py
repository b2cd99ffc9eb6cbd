"""Right sheets of recurrent units by plain formulas, with the mistakes that students make in them.

Nothing here comes from the package: a wrong definition there cannot confirm itself.
"""

import numpy as np

RNN = """\
inputs:
  x: [[0.5, -1], [1, 2], [-0.5, 0.3]]
  d: [0.2, 0.1, -0.3]
  h0: [0.1, -0.2]
weights:
  Wx: [[0.4, -0.2], [0.3, 0.5]]
  Wh: [[-0.3, 0.6], [0.2, 0.7]]
  b: [0.1, -0.1]
  v: [1.5, -0.8]
time:
  z[t]: Wx @ x[t] + Wh @ h[t-1] + b
  h[t]: tanh(z[t])
  y[t]: v @ h[t]
loss: sum((y[t] - d[t])**2) / 2
"""
RNN_MEAN = RNN.replace("sum((y[t] - d[t])**2) / 2", "mean((y[t] - d[t])**2)")
LSTM = """\
inputs:
  x: [[1, 2], [0.5, 3]]
  d: [0.5, 1.25]
  out0: 0.3
  c0: -0.4
weights:
  Wa: [0.45, 0.25]
  Ua: 0.15
  ba: 0.2
  Wi: [0.95, 0.8]
  Ui: 0.8
  bi: 0.65
  Wf: [0.7, 0.45]
  Uf: 0.1
  bf: 0.15
  Wo: [0.6, 0.4]
  Uo: 0.25
  bo: 0.1
time:
  a[t]: tanh(Wa @ x[t] + Ua*out[t-1] + ba)
  i[t]: sigmoid(Wi @ x[t] + Ui*out[t-1] + bi)
  f[t]: sigmoid(Wf @ x[t] + Uf*out[t-1] + bf)
  o[t]: sigmoid(Wo @ x[t] + Uo*out[t-1] + bo)
  c[t]: a[t]*i[t] + f[t]*c[t-1]
  out[t]: tanh(c[t])*o[t]
loss: {E: "sum((out[t] - d[t])**2) / 2"}
"""
GRU = """\
inputs:
  x: [1, -1, 0.5]
  y: 0.5
  h0: 0.4
weights: {Wz: 0.5, Uz: 0.3, bz: -0.2, Wr: -0.5, Ur: 0.2, br: 0.1, Wn: 1, Un: -0.8, bn: 0.3}
time:
  z[t]: sigmoid(Wz*x[t] + Uz*h[t-1] + bz)
  r[t]: sigmoid(Wr*x[t] + Ur*h[t-1] + br)
  n[t]: tanh(Wn*x[t] + Un*(r[t]*h[t-1]) + bn)
  h[t]: z[t]*h[t-1] + (1 - z[t])*n[t]
loss: (h[T] - y)**2 / 2
"""


def rounding(digits):
    """Rounds a number, or a list of them, to so many significant digits; or not at all."""

    def one(value):
        return float(f"{value:.{digits}g}")

    return np.vectorize(one, otypes=[float]) if digits else np.asarray


def rnn(state="before", output="now", digits=None):
    """``state`` and ``output`` say which state the gradients of Wh and of v take.

    With ``digits`` every line is rounded and the rounded number is used on.
    """
    r = rounding(digits)
    x = np.array([[0.5, -1], [1, 2], [-0.5, 0.3]])
    wx, wh = np.array([[0.4, -0.2], [0.3, 0.5]]), np.array([[-0.3, 0.6], [0.2, 0.7]])
    b, v, d = np.array([0.1, -0.1]), np.array([1.5, -0.8]), (0.2, 0.1, -0.3)
    h, found = [np.array([0.1, -0.2])], {}
    for t in range(3):
        z = r(wx @ x[t] + wh @ h[t] + b)
        h.append(r(np.tanh(z)))
        found |= {f"z[{t + 1}]": z, f"h[{t + 1}]": h[-1], f"y[{t + 1}]": r(v @ h[-1])}
    dy = [r(found[f"y[{t + 1}]"] - d[t]) for t in range(3)]
    found["L"] = r(sum(g * g for g in dy) / 2)
    dz = [np.zeros(2)] * 4
    for t in (2, 1, 0):
        dh = r(dy[t] * v + wh.T @ dz[t + 1])
        dz[t] = r(dh * (1 - h[t + 1] ** 2))
        found |= {f"dL/dy[{t + 1}]": dy[t], f"dL/dh[{t + 1}]": dh, f"dL/dz[{t + 1}]": dz[t]}
    late, early = int(state == "now"), int(output == "now")
    found["dL/dWx"] = sum(np.outer(dz[t], x[t]) for t in range(3))
    found["dL/dWh"] = sum(np.outer(dz[t], h[t + late]) for t in range(3))
    found["dL/db"] = sum(dz)
    found["dL/dv"] = sum(dy[t] * h[t + early] for t in range(3))
    return found


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


GATES = {
    "a": (np.array([0.45, 0.25]), 0.15, 0.2),
    "i": (np.array([0.95, 0.8]), 0.8, 0.65),
    "f": (np.array([0.7, 0.45]), 0.1, 0.15),
    "o": (np.array([0.6, 0.4]), 0.25, 0.1),
}


def lstm(forward="ifo", backward="ifo", weights="aifo", state="before", digits=None):
    """The gates that write, keep and let out, in each pass; whose weights each gate has."""
    r = rounding(digits)
    x, d = np.array([[1, 2], [0.5, 3]]), (0.5, 1.25)
    own = {gate: GATES[source] for gate, source in zip("aifo", weights, strict=True)}
    out, c, gates, found = [0.3], [-0.4], [], {}
    for t in range(2):
        sums = {k: w @ x[t] + u * out[t] + b for k, (w, u, b) in own.items()}
        gate = {k: r(np.tanh(z) if k == "a" else sigmoid(z)) for k, z in sums.items()}
        write, keep, let = (gate[k] for k in forward)
        c.append(r(gate["a"] * write + keep * c[t]))
        out.append(r(np.tanh(c[-1]) * let))
        gates.append(gate)
        found |= {f"{k}[{t + 1}]": value for k, value in gate.items()}
        found |= {f"c[{t + 1}]": c[-1], f"out[{t + 1}]": out[-1]}
    found["E"] = sum((out[t + 1] - d[t]) ** 2 for t in range(2)) / 2
    slopes, later = [{}, {}], 0.0
    for t in (1, 0):
        write, keep, let = backward
        dout = out[t + 1] - d[t]
        dout = r(dout + (sum(slopes[1][k] * own[k][1] for k in "aifo") if t == 0 else 0.0))
        dc = r(dout * gates[t][let] * (1 - np.tanh(c[t + 1]) ** 2) + later)
        later = dc * gates[t][keep]
        back = {"a": dc * gates[t][write], write: dc * gates[t]["a"], keep: dc * c[t]}
        back[let] = dout * np.tanh(c[t + 1])
        back = {k: r(g) for k, g in back.items()}
        slopes[t] = {k: back[k] * gates[t][k] * (1 - gates[t][k]) for k in "ifo"}
        slopes[t]["a"] = back["a"] * (1 - gates[t]["a"] ** 2)
        found |= {f"dE/dout[{t + 1}]": dout, f"dE/dc[{t + 1}]": dc}
        found |= {f"dE/d{k}[{t + 1}]": back[k] for k in "aifo"}
    for k in "aifo":
        found[f"dE/dW{k}"] = sum(slopes[t][k] * x[t] for t in range(2))
        found[f"dE/dU{k}"] = sum(slopes[t][k] * out[t + (state == "now")] for t in range(2))
        found[f"dE/db{k}"] = sum(slopes[t][k] for t in range(2))
    return found


def gru(turned=False, exchanged=False, digits=None):
    """``turned``: z and 1 - z have changed places; ``exchanged``: z and r have."""
    ro = rounding(digits)
    own = {"z": (0.5, 0.3, -0.2), "r": (-0.5, 0.2, 0.1), "n": (1, -0.8, 0.3)}
    x, h, steps, found = (1, -1, 0.5), [0.4], [], {}
    for t in range(3):
        z, r = (ro(sigmoid(own[k][0] * x[t] + own[k][1] * h[t] + own[k][2])) for k in "zr")
        mixing, resetting = (r, z) if exchanged else (z, r)
        n = ro(np.tanh(x[t] - 0.8 * resetting * h[t] + 0.3))
        keep = 1 - mixing if turned else mixing
        h.append(ro(keep * h[t] + (1 - keep) * n))
        steps.append((z, r, n, keep, resetting))
        found |= dict(zip([f"{k}[{t + 1}]" for k in "zrnh"], (z, r, n, h[-1]), strict=True))
    found["L"] = (h[3] - 0.5) ** 2 / 2
    dh = h[3] - 0.5
    sums = {f"dL/d{w}{k}": 0.0 for k in "zrn" for w in "WUb"}
    for t in (2, 1, 0):
        z, r, n, keep, resetting = steps[t]
        dh, dn = ro(dh), ro(dh * (1 - keep))
        back_n = dn * (1 - n * n)
        of_mixing = ro(dh * (h[t] - n) * (-1 if turned else 1))
        of_resetting = ro(back_n * -0.8 * h[t])
        dz, dr = (of_resetting, of_mixing) if exchanged else (of_mixing, of_resetting)
        found |= {f"dL/dh[{t + 1}]": dh, f"dL/dn[{t + 1}]": dn}
        found |= {f"dL/dz[{t + 1}]": dz, f"dL/dr[{t + 1}]": dr}
        back = {"z": dz * z * (1 - z), "r": dr * r * (1 - r), "n": back_n}
        for k, g in back.items():
            sums[f"dL/dW{k}"] += g * x[t]
            sums[f"dL/dU{k}"] += g * h[t] * (resetting if k == "n" else 1)
            sums[f"dL/db{k}"] += g
        dh = dh * keep - 0.8 * back_n * resetting + 0.3 * back["z"] + 0.2 * back["r"]
    return found | sums


def number(value, digits, decimals=None):
    """A number, or a list of them, to so many digits, or to so many decimals."""
    if np.ndim(value):
        return "[" + ", ".join(number(one, digits, decimals) for one in value) + "]"
    if decimals is not None:
        return f"{float(value):.{decimals}f}"
    return f"{float(value):#.{digits}g}".rstrip(
        "."
    )  # with its zeros: 2.0 is not the whole number 2


def answers(found, digits=4, decimals=None):
    """The sheet as an answers file."""
    lines = (f"  {name}: {number(value, digits, decimals)}\n" for name, value in found.items())
    return "answers:\n" + "".join(lines)


def thinned(found, density, seed=0):
    """A part of a sheet: ``full``, without the intermediate gradients, half of it, or the end."""
    if density == "half":
        kept = np.random.default_rng(seed).random(len(found)) < 0.5
        return {
            name: value for keep, (name, value) in zip(kept, found.items(), strict=True) if keep
        }
    if density == "usual":
        return {n: v for n, v in found.items() if "/" not in n or "[" not in n}
    if density == "final":
        return {n: v for n, v in found.items() if "[" not in n}
    return found
