"""Multi-head self-attention: ``multihead_attention(4)`` (Vaswani et al. 2017, section 3.2.2).

x is (steps, d) or (batch, steps, d). Queries, keys and values are x @ mha1_Wq + mha1_bq and so on,
with W (d, heads*key_dim) and key_dim = d/heads unless it is given. Head 1 takes its key_dim columns
of each: the scores mha1_S1 = Q @ K.T / sqrt(key_dim), the weights mha1_A1 = softmax(mha1_S1), and
the output mha1_O1 = mha1_A1 @ V. Then mha1 joins the outputs and multiplies them by mha1_Wo
(heads*key_dim, d), with the bias mha1_bo (d,).
"""

from __future__ import annotations

from backpropcli.ops.sizes import shape_text
from backpropcli.problem.layers.builder import Builder
from backpropcli.problem.layers.kind import Arguments, Kind, LayerError

USAGE = "multihead_attention(heads, key_dim=, causal=False, mask=, bias=True)"


def _build(builder: Builder, arguments: Arguments) -> None:
    heads = arguments.number("heads")
    causal, bias = arguments.flag("causal", False), arguments.flag("bias", True)
    width = _width(builder, arguments, heads)
    mask = _mask(builder, arguments, causal)
    x, shape = builder.current, builder.shape
    inner, size = heads * width, shape[-1]
    name = builder.whole("mha")
    for letter in "qkv":
        builder.weight(f"{name}_W{letter}", (size, inner), "(in, heads*key_dim)")
        if bias:
            builder.weight(f"{name}_b{letter}", (inner,))
    builder.weight(f"{name}_Wo", (inner, size), "(heads*key_dim, in)")
    if bias:
        builder.weight(f"{name}_bo", (size,))
    for letter in "qkv":
        added = f" + {name}_b{letter}" if bias else ""
        builder.value(f"{name}_{letter.upper()}", f"{x} @ {name}_W{letter}{added}")
    outputs = [_head(builder, name, head, heads, width, mask) for head in range(heads)]
    joined = f"concat({', '.join(outputs)}, axis=-1)" if heads > 1 else outputs[0]
    builder.value(name, f"{joined} @ {name}_Wo" + (f" + {name}_bo" if bias else ""))


def _head(builder: Builder, name: str, head: int, heads: int, width: int, mask: str) -> str:
    """The scores, the weights and the output of one head; the name of the last."""
    first = builder.draft.index_from + head * width
    before = ":," * (len(builder.shapes[f"{name}_Q"]) - 1)
    at = f"[{before}{first}:{first + width - 1}]" if heads > 1 else ""
    q, k, v = (f"{name}_{letter}{at}" for letter in "QKV")
    turned = f"{k}.T" if len(builder.shapes[f"{name}_K"]) == 2 else f"swap({k})"
    number = head + 1
    scores = builder.value(f"{name}_S{number}", f"{q} @ {turned} / sqrt({width})")
    text = f"masked_softmax({scores}, {mask})" if mask else f"softmax({scores})"
    weights = builder.value(f"{name}_A{number}", text)
    return builder.value(f"{name}_O{number}", f"{weights} @ {v}")


def _width(builder: Builder, arguments: Arguments, heads: int) -> int:
    """The columns of a head."""
    shape, x = builder.shape, builder.current
    if len(shape) not in (2, 3) or builder.column:
        rule = "rows as steps, (steps, in) or (batch, steps, in)"
        raise LayerError(f"multihead_attention takes {rule}, {x} is {shape_text(shape)}")
    if "key_dim" in arguments:
        return arguments.number("key_dim")
    size = shape[-1]
    if not isinstance(size, int) or size % heads:
        raise LayerError(f"{size} columns cannot be shared by {heads} heads", "give key_dim=")
    return size // heads


def _mask(builder: Builder, arguments: Arguments, causal: bool) -> str:
    """The mask as a text, or nothing."""
    steps, given = builder.shape[-2], arguments.values.get("mask")
    parts = [f"causal_mask({steps})"] if causal else []
    if given is not None:
        if given not in builder.draft.given:
            raise LayerError(f"mask= names an input, found {given}")
        parts.insert(0, str(given))
    return " * ".join(parts)


LAYER = Kind(USAGE, _build, ("heads",), ("key_dim", "causal", "mask", "bias"))
