"""What the tests of evaluation share: the three-layer problem of the design as text."""

from pathlib import Path

PROBLEMS = Path(__file__).parents[2] / "problems"
THREE_LAYERS = (PROBLEMS / "three-layer-relu.yaml").read_text()
