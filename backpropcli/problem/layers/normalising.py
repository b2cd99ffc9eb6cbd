"""Layers that normalise: gamma1, beta1 and norm1, then gamma2 ..., whatever their kind."""

from __future__ import annotations

from backpropcli.language.text import param_text
from backpropcli.ops.sizes import product, shape_text
from backpropcli.problem.layers.builder import Builder
from backpropcli.problem.layers.kind import Arguments, Kind, LayerError


def normalisation(name: str, weights: tuple[str, ...]) -> Kind:
    """Layer or RMS normalisation: over the features of each example, of an image over all of it."""

    def build(builder: Builder, arguments: Arguments) -> None:
        axes = _own_axes(builder, name)
        shape = tuple(builder.shape[axis] for axis in axes)
        number = builder.next("norm")
        operands = [builder.current]
        if arguments.flag("affine", True):
            operands += [builder.weight(f"{stem}{number}", shape) for stem in weights]
        last = len(builder.shape) - 1
        axis = "" if axes == (last,) else f", axis={param_text(axes if len(axes) > 1 else axes[0])}"
        settings = f"{axis}{arguments.written('eps')}"
        builder.value(f"norm{number}", f"{name}({', '.join(operands)}{settings})")

    return Kind(f"{name}(eps=1e-5, affine=True)", build, (), ("eps", "affine"))


def _own_axes(builder: Builder, name: str) -> tuple[int, ...]:
    """The axes of one example."""
    rank = len(builder.shape)
    if rank == 0:
        raise LayerError(f"{name} takes vectors, {builder.current} is a single number")
    if builder.planes:
        return tuple(range(1 if builder.is_batch else 0, rank))
    return (0,) if builder.column else (rank - 1,)


def build_batchnorm(builder: Builder, arguments: Arguments) -> None:
    """Each feature over the batch; with ``training=False`` by the given mean1 and var1."""
    axis = feature_axis(builder)
    features = (builder.shape[axis],)
    number, settings = builder.next("norm"), arguments.written("eps")
    trained, affine = arguments.flag("training", True), arguments.flag("affine", True)
    if not trained and not affine:
        raise LayerError("batchnorm at inference has gamma and beta", "leave out affine=False")
    operands = [builder.current]
    if affine:
        operands += [builder.weight(f"{stem}{number}", features) for stem in ("gamma", "beta")]
    if not trained:
        operands += [builder.input(f"{stem}{number}", features) for stem in ("mean", "var")]
    if axis != 1:
        settings = f", axis={axis}{settings}"
    builder.averages = 2 * product(features)
    builder.value(f"norm{number}", f"batchnorm({', '.join(operands)}{settings})")


def feature_axis(builder: Builder) -> int:
    """The axis of the features or channels; raises ``LayerError`` where there is no batch."""
    rank = len(builder.shape)
    if builder.planes and rank > builder.planes:
        return 1 if builder.is_batch else 0
    if builder.planes or rank < 2:
        hint = (
            "an image needs an axis for its channels" if builder.planes else "one example is none"
        )
        raise LayerError(
            f"batchnorm takes a batch, {builder.current} is {shape_text(builder.shape)}", hint
        )
    if rank == 2:
        return 0 if builder.column else 1
    return 1 if rank == 4 else rank - 1
