"""Five hundred random networks over all ops: every value and every gradient beside PyTorch."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from random_networks import USABLE, Network  # noqa: E402
from test_gallery_in_torch import compare  # noqa: E402

from backpropcli.problem import problem_from_text  # noqa: E402
from backpropcli.solution import solve  # noqa: E402

NETWORKS = 500


def test_every_op_is_in_the_networks():
    used = [op for seed in range(NETWORKS) for op in Network(seed).used]
    assert min(used.count(op) for op in USABLE) >= 10


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_network(seed):
    network = Network(seed)
    text = network.text()
    try:
        solution = solve(problem_from_text(text), also=[f"dL/d{name}" for name in network.lines])
        _, compared = compare(solution, solution.total, cancelled=1e-12)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{text}") from error
    assert compared >= len(network.lines) + sum(np.size(solution[w]) for w in network.weights)
