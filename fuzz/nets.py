"""The small problems of the fuzzers and of the hostile tests: one of each kind."""

from __future__ import annotations

TWO_LAYERS = """\
title: Two layers
inputs:
  x: [2, 1]
  y: 1.5
weights:
  W1: [[0, 1], [1, 1], [1, 0]]
  b1: [-2, -1, 1]
  w2: [-1, 1, -2]
network:
  z1: W1 @ x + b1
  h1: relu(z1)
  yhat: w2 @ h1
loss: (y - yhat)**2 / 2
"""
NET = f"""\
{TWO_LAYERS}\
find: [z1, h1, yhat, L, dL/dyhat, dL/dw2, dL/dz1, dL/dW1, "dL/dW1[2,1]", parameters]
"""
BATCH = """\
weights: {w: 0.5, b: -0.25}
network: {p: sigmoid(w*x + b)}
loss: bce(p, t)
reduce: mean
examples: [{x: 1.5, t: 1}, {x: -2, t: 0}]
update: {rule: sgd, lr: 0.5, steps: 2}
"""
SIZES = """\
inputs: {X: {shape: [N, D]}, Y: {shape: [N, C]}}
weights: {W: {shape: [D, C]}, b: {shape: [C]}}
network: {Z: X @ W + b}
loss: softmax_cross_entropy(Z, Y)
find: [Z, dL/dZ, dL/dW, dL/db]
"""
IMAGE = """\
inputs: {x: [[1, 0, 2], [0, 1, -1], [3, 1, 0]], mask1: [1, 0, 1, 1], y: 1}
weights: {W1: [[[[1, -1], [0, 2]]]], b1: [0.5], W2: [[1], [0], [-1], [2]], b2: [0]}
network:
  - conv2d(1, 2, relu)
  - flatten
  - dropout(0.5)
  - dense(1)
loss: sum((z2 - y)**2) / 2
find: [z1, h1, drop1, z2, L, dL/dz1, dL/dW1, dL/db1, operations]
"""
STEPS_OF_TIME = """\
inputs: {x: [0.5, -1], d: [0.2, 0.1], h0: 0.1}
weights: {Wx: 0.4, Wh: -0.3, v: 1.5}
time:
  i[t]: sigmoid(x[t]*Wx + h[t-1]*Wh)
  f[t]: sigmoid(x[t]*Wh + h[t-1]*Wx)
  h[t]: f[t]*h[t-1] + i[t]*tanh(x[t])
  y[t]: v*h[t]
loss: sum((y[t] - d[t])**2) / 2
find: [h, y, L, dL/dh, dL/dWx, dL/dWh, dL/dv]
"""
OPTIMIZER = """\
weights: {w: 0.5}
network: {p: w*x}
loss: (p - y)**2 / 2
define: {delta: -dL/dp}
examples: [{x: 1, y: 2}, {x: 2, y: 3}]
update: {rule: adam, lr: 0.1, batch: 1, epochs: 1, state: {t: 2, w: {m: 0.3, v: 0.2}}}
find: [p, L, delta, dL/dw, w_m, w_v, w_mhat, w_vhat, w_new]
"""
PROBLEMS = (NET, BATCH, SIZES, IMAGE, STEPS_OF_TIME, OPTIMIZER)
