"""Every op once more, in PyTorch: the table from which the tests of this folder work values out.

Only what an op is, is written here, with the functions of torch; how it is differentiated is left
to ``torch.autograd``. Where torch has another convention than ours (equal entries of a maximum,
several axes), the function is put together so that autograd gives ours.
"""

from __future__ import annotations

import math
from fractions import Fraction

import torch
import torch.nn.functional as F  # noqa: N812  (the name that everybody uses)
from torch import Tensor


def tensor(value) -> Tensor:
    return torch.as_tensor(value, dtype=torch.float64)


def number(value) -> float:
    return float(Fraction(value)) if not isinstance(value, (int, float)) else float(value)


def axes(x: Tensor, axis) -> tuple[int, ...]:
    """The axes as a tuple, all where none is named."""
    if axis is None:
        return tuple(range(x.ndim))
    named = axis if isinstance(axis, tuple) else (axis,)
    return tuple(int(a) % x.ndim for a in named)


def together(x: Tensor, axis) -> tuple[Tensor, tuple[int, ...]]:
    """The named axes as one last axis, and the shape that is left with each of them 1."""
    chosen = axes(x, axis)
    rest = [a for a in range(x.ndim) if a not in chosen]
    kept = tuple(1 if a in chosen else x.shape[a] for a in range(x.ndim))
    return x.permute(*rest, *chosen).reshape([x.shape[a] for a in rest] + [-1]), kept


def first_largest(x: Tensor) -> Tensor:
    """1 at the first largest entry along the last axis, without a gradient."""
    at = (x == x.amax(-1, keepdim=True)).detach()
    return (at & (at.cumsum(-1) == 1)).double()


def largest(x: Tensor, axis=None, keepdims=False, sign=1) -> Tensor:
    flat, kept = together(x, axis)
    found = (flat * first_largest(sign * flat)).sum(-1)
    return found.reshape(kept) if keepdims else found


def where_largest(x: Tensor, axis=None, sign=1) -> Tensor:
    chosen = axes(x, axis)
    rest = [a for a in range(x.ndim) if a not in chosen]
    order = [*rest, *chosen]
    flat, _ = together(sign * x, axis)
    found = first_largest(flat).reshape([x.shape[a] for a in order])
    return found.permute(*(order.index(a) for a in range(x.ndim))) if x.ndim else found


def reduced(function):
    """Sums and their like: all axes unless some are named."""
    return lambda x, axis=None, keepdims=False: (
        function(x, dim=axes(x, axis), keepdim=bool(keepdims)) if x.ndim else x
    )


def selected(at):
    return tuple(i if isinstance(i, int) else slice(int(i[0]), None if i[1] is None else int(i[1]))
                 for i in at.items)  # fmt: skip


def place(x: Tensor, at, shape) -> Tensor:
    hole = torch.zeros(tuple(map(int, shape)), dtype=torch.float64)
    hole[selected(at)] = 1
    spread = torch.zeros_like(hole)
    spread[selected(at)] = x
    return spread * hole


def expand(x: Tensor, shape, axis=None) -> Tensor:
    shape = tuple(int(s) for s in shape)
    if axis is not None:
        kept = [1 if a in axes(torch.empty(shape), axis) else n for a, n in enumerate(shape)]
        x = x.reshape(kept)
    return x.broadcast_to(shape)


def concat(*parts: Tensor, axis=0) -> Tensor:
    return torch.cat([p.reshape(1) if p.ndim == 0 else p for p in parts], dim=int(axis))


def onehot(y: Tensor, n, base=1) -> Tensor:
    return F.one_hot((y - number(base)).long(), int(n)).double()


def step(x: Tensor) -> Tensor:
    return (x > 0).double()


def slope(function):
    """The derivative of an elementwise function, by autograd; it can be differentiated again."""

    def found(x: Tensor, **params) -> Tensor:
        with torch.enable_grad():
            at = x if x.requires_grad else x.clone().requires_grad_()
            (g,) = torch.autograd.grad(function(at, **params).sum(), at, create_graph=True)
        return g

    return found


def by_cases(x: Tensor, below: Tensor) -> Tensor:
    """x above 0, something else at 0 and below."""
    return torch.where(x > 0, x, below)


def elu(x: Tensor, alpha=1) -> Tensor:
    return by_cases(x, number(alpha) * torch.expm1(torch.clamp(x, max=0)))


ELEMENTWISE = {
    "relu": torch.relu,
    "leaky_relu": lambda x, alpha=0.01: by_cases(x, number(alpha) * x),
    "elu": elu,
    "selu": lambda x: 1.0507009873554804934 * elu(x, 1.6732632423543772848),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": lambda x: F.softplus(x, threshold=700),
    "silu": F.silu,
    "gelu": F.gelu,
    "normal_cdf": torch.special.ndtr,
    "identity": lambda x: x * 1.0,
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
}


def rows(x: Tensor) -> int:
    return x.shape[0] if x.ndim == 2 else 1


def hinge(s: Tensor, y: Tensor) -> Tensor:
    true = (s * y).sum(-1, keepdim=True)
    return (torch.relu(s - true + 1) * (1 - y)).sum() / rows(s)


def accuracy(p: Tensor, y: Tensor) -> Tensor:
    right = first_largest(torch.atleast_2d(p)) * torch.atleast_2d(y)
    return right.sum() / rows(p)


def cross_entropy(p: Tensor, y: Tensor) -> Tensor:
    return -torch.special.xlogy(y, p).sum() / rows(p)


def huber(a: Tensor, b: Tensor, delta=1) -> Tensor:
    return F.huber_loss(a, b, delta=number(delta))


def mae(a: Tensor, b: Tensor) -> Tensor:
    return (a - b).abs().mean()


def whole(value, rank: int) -> tuple[int, ...]:
    return tuple(map(int, value)) if isinstance(value, tuple) else (int(value),) * rank


def edged(x: Tensor, rank: int, size, stride, padding, dilation=1, fill=0.0) -> Tensor:
    """With its padding; "same" puts the odd cell at the end."""
    steps, reach = whole(stride, rank), whole(dilation, rank)
    around: list[int] = []
    for axis in reversed(range(rank)):
        length, window = x.shape[x.ndim - rank + axis], reach[axis] * (size[axis] - 1) + 1
        if padding == "same":
            windows = -(-length // steps[axis])
            total = max((windows - 1) * steps[axis] + window - length, 0)
            around += [total // 2, total - total // 2]
        else:
            around += [whole(0 if padding == "valid" else padding, rank)[axis]] * 2
    return F.pad(x, around, value=fill)


def conv(rank: int):
    slide = {1: F.conv1d, 2: F.conv2d}[rank]

    def found(x, kernel, bias=None, stride=1, padding=0, groups=1, dilation=1):
        lead = x.shape[:-rank] if kernel.ndim == rank + 2 and x.ndim == rank + 2 else ()
        out = kernel.shape[:1] if kernel.ndim > rank and not (
            kernel.ndim == rank + 1 and x.ndim == rank + 1) else ()  # fmt: skip
        sizes = x.shape[-rank:]
        wide = x.reshape(x.shape[0] if lead else 1, -1, *sizes)
        full = kernel
        if kernel.ndim == rank:
            full = kernel[None, None]
        elif kernel.ndim == rank + 1:
            full = kernel[None] if x.ndim == rank + 1 else kernel[:, None]
        wide = edged(wide, rank, full.shape[2:], stride, padding, dilation)
        bias = None if bias is None else bias.reshape(-1)
        z = slide(wide, full, bias, whole(stride, rank), 0, whole(dilation, rank), int(groups))
        return z.reshape(*lead[:1], *out, *z.shape[2:])

    return found


def transposed(function, at: int):
    """The map from what comes back to operand ``at``, of a function that is linear in it.

    The input's takes what comes back and the kernel, the kernel's the input and what comes back.
    """

    def found(one: Tensor, two: Tensor, shape, **params) -> Tensor:
        other, g = (two, one) if at == 0 else (one, two)
        with torch.enable_grad():
            zero = torch.zeros(tuple(map(int, shape)), dtype=torch.float64, requires_grad=True)
            pair = (zero, other) if at == 0 else (other, zero)
            (back,) = torch.autograd.grad(function(*pair, **params), zero, g, create_graph=True)
        return back

    return found


def windows(x: Tensor, rank: int, kernel, stride, padding, fill: float) -> Tensor:
    """The cells of each window along a new last axis."""
    size = whole(kernel, rank)
    steps = size if stride is None else whole(stride, rank)
    found = edged(x, rank, size, steps, padding, fill=fill)
    for axis in range(rank):
        found = found.unfold(x.ndim - rank + axis, size[axis], steps[axis])
    return found.flatten(-rank)


def winners(x: Tensor, rank: int, kernel, stride, padding) -> Tensor:
    return first_largest(windows(x, rank, kernel, stride, padding, -math.inf))


def maxpool(rank: int):
    def found(x, kernel, stride=None, padding=0):
        at = winners(x, rank, kernel, stride, padding)
        return (windows(x, rank, kernel, stride, padding, 0.0) * at).sum(-1)

    return found


def maxpool_at(rank: int):
    """What stands in the first operand where the second wins."""

    def found(u, x, kernel, stride=None, padding=0):
        at = winners(x, rank, kernel, stride, padding)
        return (windows(u, rank, kernel, stride, padding, 0.0) * at).sum(-1)

    return found


def avgpool(rank: int):
    def found(x, kernel, stride=None, padding=0):
        return windows(x, rank, kernel, stride, padding, 0.0).mean(-1)

    return found


def maxpool_input(rank: int):
    def found(g, x, kernel, stride=None, padding=0):
        def pool(u):
            return maxpool_at(rank)(u, x.detach(), kernel, stride, padding)

        with torch.enable_grad():
            zero = torch.zeros_like(x, requires_grad=True)
            return torch.autograd.grad(pool(zero), zero, g, create_graph=True)[0]

    return found


def avgpool_input(rank: int):
    def found(g, shape, kernel, stride=None, padding=0):
        with torch.enable_grad():
            zero = torch.zeros(tuple(map(int, shape)), dtype=torch.float64, requires_grad=True)
            pooled = avgpool(rank)(zero, kernel, stride, padding)
            return torch.autograd.grad(pooled, zero, g, create_graph=True)[0]

    return found


def standardize(x: Tensor, axis=None, eps=1e-5) -> Tensor:
    chosen = axes(x, -1 if axis is None else axis)
    middle = x.mean(chosen, keepdim=True)
    variance = x.var(chosen, correction=0, keepdim=True)
    return (x - middle) / torch.sqrt(variance + number(eps))


def variance(x: Tensor, axis=None, keepdims=False) -> Tensor:
    return x.var(axes(x, axis), correction=0, keepdim=bool(keepdims))


def batchnorm(x, gamma=None, beta=None, middle=None, spread=None, axis=None, eps=1e-5) -> Tensor:
    """F.batch_norm, with the features moved to the second axis and a vector as one feature."""
    wide = x[:, None] if x.ndim == 1 else x.movedim(1 if axis is None else int(axis), 1)
    features = wide.shape[1]
    gamma, beta, middle, spread = (
        p.expand(features) if p is not None and p.ndim == 0 else p
        for p in (gamma, beta, middle, spread)
    )
    if middle is None and number(eps) > 0:
        found = F.batch_norm(wide, None, None, gamma, beta, True, 0.0, number(eps))
    else:  # torch takes running averages as numbers only, and no eps of 0
        if middle is None:
            others = [a for a in range(wide.ndim) if a != 1]
            middle, spread = wide.mean(others), wide.var(others, correction=0)

        def each(p) -> Tensor:
            return p if p is None else p.reshape(-1, *[1] * (wide.ndim - 2))

        found = (wide - each(middle)) / torch.sqrt(each(spread) + number(eps))
        found = found if gamma is None else found * each(gamma)
        found = found if beta is None else found + each(beta)
    return found[:, 0] if x.ndim == 1 else found.movedim(1, 1 if axis is None else int(axis))


def affine(x: Tensor, value, chosen: tuple[int, ...]):
    if value is None or value.ndim == 0:
        return value
    return value.reshape([x.shape[a] if a in chosen else 1 for a in range(x.ndim)])


def layernorm(x, gamma=None, beta=None, axis=None, eps=1e-5) -> Tensor:
    chosen = axes(x, -1 if axis is None else axis)
    found = standardize(x, axis, eps)
    if gamma is not None:
        found = found * affine(x, gamma, chosen)
    return found if beta is None else found + affine(x, beta, chosen)


def rmsnorm(x, gamma=None, axis=None, eps=1e-5) -> Tensor:
    chosen = axes(x, -1 if axis is None else axis)
    found = x / torch.sqrt((x * x).mean(chosen, keepdim=True) + number(eps))
    return found if gamma is None else found * affine(x, gamma, chosen)


def masked_softmax(z: Tensor, mask: Tensor) -> Tensor:
    hidden = z.masked_fill(
        mask.broadcast_to(torch.broadcast_shapes(z.shape, mask.shape)) == 0, -math.inf
    )
    return torch.softmax(hidden, -1)


def positional_encoding(n, d) -> Tensor:
    p = torch.arange(int(n), dtype=torch.float64)[:, None]
    j = torch.arange(int(d))
    angle = p / 10000 ** ((j - j % 2).double() / int(d))
    return torch.where(j % 2 == 0, torch.sin(angle), torch.cos(angle))


def flatten(x: Tensor, axis=None) -> Tensor:
    return x.reshape(-1) if not axis else x.flatten(int(axis))


OPS = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "over": lambda a, b: torch.where(a == 0, torch.zeros_like(a), a) / torch.where(a == 0, 1.0, b),
    "pow": torch.pow,
    "neg": torch.neg,
    "abs": torch.abs,
    "sign": torch.sign,
    "floor": torch.floor,
    "step": step,
    "maximum": lambda a, b: torch.where(a >= b, a, b),
    "minimum": lambda a, b: torch.where(a <= b, a, b),
    "matmul": torch.matmul,
    "outer": torch.outer,
    "transpose": lambda x: x.permute(*reversed(range(x.ndim))),
    "flip": lambda x, axis=None: x.flip(axes(x, axis)),
    "swap": lambda x: x.transpose(-1, -2),
    "diag": torch.diag,
    "eye": lambda n: torch.eye(int(n), dtype=torch.float64),
    "sum": reduced(torch.sum),
    "mean": reduced(torch.mean),
    "max": largest,
    "min": lambda x, **params: largest(x, sign=-1, **params),
    "is_max": where_largest,
    "is_min": lambda x, **params: where_largest(x, sign=-1, **params),
    "logsumexp": reduced(torch.logsumexp),
    "norm": lambda x: torch.linalg.vector_norm(x),
    "var": variance,
    "standardize": standardize,
    "index": lambda x, at: x[selected(at)],
    "place": place,
    "array": lambda *parts: torch.stack(parts),
    "stack": lambda *parts, axis=0: torch.stack(parts, int(axis)),
    "concat": concat,
    "reshape": lambda x, shape: x.reshape(tuple(int(s) for s in shape)),
    "flatten": flatten,
    "onehot": onehot,
    "expand": expand,
    "softmax": lambda z: torch.softmax(z, -1),
    "log_softmax": lambda z: torch.log_softmax(z, -1),
    "masked_softmax": masked_softmax,
    "mse": lambda a, b: ((a - b) ** 2).mean(),
    "mae": mae,
    "huber": huber,
    "cross_entropy": cross_entropy,
    "softmax_cross_entropy": lambda z, y: -(y * torch.log_softmax(z, -1)).sum() / rows(z),
    "bce": lambda p, y: -(torch.special.xlogy(y, p) + torch.special.xlogy(1 - y, 1 - p)).mean(),
    "bce_with_logits": lambda z, y: F.binary_cross_entropy_with_logits(z, y),
    "hinge": hinge,
    "accuracy": accuracy,
    "globalavgpool": lambda x: x.mean((-1, -2)),
    "globalmaxpool": lambda x: largest(x, (x.ndim - 2, x.ndim - 1)),
    "batchnorm": batchnorm,
    "layernorm": layernorm,
    "rmsnorm": rmsnorm,
    "dropout": lambda x, mask, p: x * mask / (1 - number(p)),
    "embedding": lambda table, which, base=1: table[(which - number(base)).long()],
    "causal_mask": lambda n: torch.tril(torch.ones(int(n), int(n), dtype=torch.float64)),
    "positional_encoding": positional_encoding,
    **ELEMENTWISE,
    **{f"{name}'": slope(function) for name, function in ELEMENTWISE.items()},
}  # fmt: skip
for _rank in (1, 2):
    OPS |= {
        f"conv{_rank}d": conv(_rank),
        f"conv{_rank}d_input": transposed(conv(_rank), 0),
        f"conv{_rank}d_kernel": transposed(conv(_rank), 1),
        f"maxpool{_rank}d": maxpool(_rank),
        f"maxpool{_rank}d_input": maxpool_input(_rank),
        f"maxpool{_rank}d_at": maxpool_at(_rank),
        f"avgpool{_rank}d": avgpool(_rank),
        f"avgpool{_rank}d_input": avgpool_input(_rank),
    }
