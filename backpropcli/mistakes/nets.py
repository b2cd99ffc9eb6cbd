"""The nets of the mistakes' examples, as problem files: for tests and documentation.

A is a small relu network, S the same with sigmoid units, T with tanh units, B a linear model on
a batch of two examples.
"""

from __future__ import annotations

from backpropcli.mistakes.image_nets import IMAGE_NETS
from backpropcli.mistakes.step_nets import STEP_NETS

_INPUTS = """\
inputs:
  x: [1, 2]
  y: 1
"""
_WEIGHTS = """\
weights:
  W1: [[0.5, -1], [0.25, 0.75]]
  b1: [0.1, -0.2]
  w2: [0.3, -0.6]
  b2: 0.05
"""
_DATA = _INPUTS + _WEIGHTS
_LAYERS = """\
network:
  z: W1 @ x + b1
  h: relu(z)
  yhat: w2 @ h + b2
"""

NETS: dict[str, str] = {
    "A": f"{_DATA}{_LAYERS}loss: (yhat - y)**2 / 2\n",
    "S": f"""{_DATA}network:
  z: W1 @ x + b1
  a: sigmoid(z)
  s: w2 @ a + b2
  p: sigmoid(s)
loss: (p - y)**2 / 2
""",
    "T": f"""{_DATA}network:
  z: W1 @ x + b1
  t: tanh(z)
  yhat: w2 @ t + b2
loss: (yhat - y)**2 / 2
""",
    "B": """\
inputs:
  X: [[1, 2], [3, -1]]
  y: [1, 0]
weights:
  w: [0.5, -0.5]
  b: 0.1
network:
  yhat: X @ w + b
loss: mean((yhat - y)**2)
""",
    "step": f"{_DATA}{_LAYERS}loss: (yhat - y)**2 / 2\nupdate: {{rule: sgd, lr: 0.1}}\n",
    "penalty": f"""{_INPUTS}  lambda: 0.1
{_WEIGHTS}{_LAYERS}loss: (yhat - y)**2 / 2 + lambda/2 * sum(w2**2)
""",
    "bce": f"""{_DATA.replace("y: 1", "y: 0")}network:
  z: W1 @ x + b1
  a: sigmoid(z)
  s: w2 @ a + b2
  p: sigmoid(s)
loss: bce(p, y)
""",
    "bce_one": f"""{_DATA}network:
  z: W1 @ x + b1
  a: sigmoid(z)
  s: w2 @ a + b2
  p: sigmoid(s)
loss: bce(p, y)
""",
    "neuron": """\
inputs:
  x: 0.07
weights:
  w: 0.04
network:
  h: sigmoid(x)
  yhat: w*h
find: [h, yhat]
""",
    "softmax": """\
inputs:
  y: [0, 1, 0]
weights:
  z: [2, 1, 0]
network:
  p: softmax(z)
loss: cross_entropy(p, y)
""",
    "hinge": """\
inputs:
  y: [0, 0, 1]
weights:
  z: [2, 1.5, 1]
loss: hinge(z, y)
""",
    "chain": """\
weights:
  x: 1
  y: 2
network:
  u: 2*x + 3*y
loss: u**2
""",
    "composed": """\
inputs:
  x: 2
network:
  G: [x, x^2]
  F: [G[1]^2 + 2G[2], 3G[1] + 4G[2]^2]
find: [G, dG/dx, dF/dG, dF/dx]
""",
    "mask": """\
weights:
  z: [-1.4, 1.55, 0.8]
network:
  h: relu(z)
upstream:
  h: [0.5, -1, 0.75]
""",
    "leaky": """\
weights:
  z: [-3, 1]
network:
  h: leaky_relu(z, alpha=0.01)
upstream:
  h: [2, 1]
""",
    "kink": """\
weights:
  z: [0, 2]
network:
  h: relu(z)
upstream:
  h: [3, 3]
""",
    "ties": """\
weights:
  z: [2, 1, 2]
network:
  m: max(z)
upstream:
  m: 3
""",
    "square": """\
weights:
  V: [[1, 2], [3, -1]]
  h: [2, 1]
network:
  z: V @ h
upstream:
  z: [0.5, -2]
""",
    "batch": """\
inputs:
  X: [[1, 2], [0, 1]]
weights:
  W: [[1, -1], [2, 0]]
  b: [0.5, 1]
network:
  Z: X @ W + b
upstream:
  Z: [[1, 2], [3, -1]]
""",
    "masked": """\
inputs:
  S: [[1, 0, 2], [2, 1, 0], [0, 1, 2]]
network:
  A: masked_softmax(S, causal_mask(3))
""",
    "scores": """\
inputs:
  q: [1, 2]
  y: [1, 0]
weights:
  k: [[0, 1], [1, 0]]
network:
  S: k @ q / sqrt(2)
  p: softmax(S)
loss: cross_entropy(p, y)
""",
    "classes": """\
inputs:
  Z: [[2, 1], [0, 1]]
network:
  P: softmax(Z)
""",
    "tied": """\
weights:
  x: 2
network:
  f: x*x + 3*x
find: [f, df/dx]
""",
    "skip": """\
inputs:
  x0: 1
weights:
  w0: 0.3
  b0: 0.1
  w1: -0.2
  b1: -0.3
network:
  x1: relu(x0*w0 + b0)
  y1: x1*w1 + b1
  z: relu(y1 + x0)
find: [x1, y1, z, dz/dw0, dz/dw1, dz/db0, dz/db1, dz/dx0]
""",
    "scalars": """\
inputs:
  x1: 1
  x2: 2
  y: 1
weights:
  w11: 0.5
  w12: -1
  w21: 0.25
  w22: 0.75
network:
  z1: w11*x1 + w12*x2
  z2: w21*x1 + w22*x2
  yhat: z1 + z2
loss: (yhat - y)**2 / 2
""",
    "decay": """\
inputs:
  X: [[1, 2], [3, -1], [0, 1]]
  y: [1, 0, 2]
  lambda: 0.1
weights:
  w: [0.5, -0.5]
  b: 0.1
network:
  yhat: X @ w + b
loss: mean((yhat - y)**2) + lambda/2 * sum(w**2)
""",
    "samples": """\
weights:
  w: 0.5
  b: 0.1
network:
  z: w*x + b
  a: sigmoid(z)
loss: (a - y)**2 / 2
examples:
  - {x: 1, y: 1}
  - {x: -2, y: 0}
  - {x: 3, y: 1}
""",
    "digits": """\
inputs:
  x: {shape: [784]}
network:
  - dense(512, relu)
  - dense(512, relu)
  - dense(10)
find: [parameters, parameters(z1), parameters(z2), parameters(z3)]
""",
    "shared": """\
inputs:
  x: 0.56
  y: 1.2
weights:
  w: 1.3
network:
  a: w * x
  b: w * x + 1
  yhat: a + b
loss: (yhat - y)**2 / 2
""",
    "off": """\
inputs:
  x: [1, 2]
weights:
  W: [[0.5, -1], [0.25, -0.5], [0.75, 0.5]]
  b: [0.1, -0.1, 0.4]
network:
  z: W @ x + b
  h: relu(z)
""",
    "after": f"""{_DATA}{_LAYERS}loss: (yhat - y)**2 / 2
update: {{rule: sgd, lr: 0.1}}
find: [L, L_new, w2_new]
""",
    **STEP_NETS,
    **IMAGE_NETS,
}
