"""The nets on which mistakes over steps are shown: sequences, optimizers, and counts of layers."""

from __future__ import annotations

_UPDATED = """\
inputs: {x: 2, y: 0.8}
weights: {w: 1}
network:
  yhat: w*x
loss: (yhat - y)**2 / 2
"""
STEP_NETS = {
    "recurrent": """\
inputs:
  x: [0.2, 0.3]
  h0: 1
weights:
  w: 0.5
time:
  h[t]: tanh(w*h[t-1] + x[t])
loss: {L: "h[T]"}
""",
    "outputs": """\
inputs:
  x: [1, 1]
  d: [1, 2]
  h0: 2
weights:
  w: 0.5
  v: 2
time:
  h[t]: w*h[t-1] + x[t]
  y[t]: v*h[t]
loss: sum((y[t] - d[t])**2) / 2
""",
    "rows": """\
inputs:
  ids: [1, 2, 1]
  C: [[2, 1], [3, -1], [1, 4]]
weights:
  E: [[0.5, 1], [-1, 2], [0, 1]]
network:
  X: embedding(E, ids)
loss: sum(C*X)
""",
    "many": """\
inputs:
  x: {shape: [80, 30]}
network:
  - dense(1024, relu)
  - dense(512, relu)
  - dense(1)
find: [parameters]
""",
    "epoch": """\
weights: {w: 0.5}
network:
  p: w*x
loss: (p - y)**2 / 2
examples:
  - {x: 1, y: 2}
  - {x: 2, y: 3}
update: {rule: sgd, lr: 0.1, batch: 1, epochs: 1}
""",
    "adam": f"{_UPDATED}update: {{rule: adam, lr: 0.1}}\n",
    "momentum": f"{_UPDATED}update: {{rule: momentum, lr: 0.1, steps: 2}}\n",
    "decaying": f"{_UPDATED}update: {{lr: 0.1, weight_decay: 0.5}}\n",
}
