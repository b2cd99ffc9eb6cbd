"""The bounds that the diagnosis has to keep, on simulated sheets with fixed seeds."""

from __future__ import annotations

import pytest

pytest.importorskip("backpropcli.checking.check")

from benchmarks.diagnosis.gates import GATES, Gate, run_short
from benchmarks.diagnosis.measures import times


@pytest.fixture(scope="session")
def ran(record_testsuite_property):
    verdicts = run_short()
    record_testsuite_property("time of a usual sheet", times(verdicts["usual"]))
    return verdicts


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.title)
def test_gate(ran, gate: Gate):
    share = gate.share(ran)
    assert gate.met(share), f"{gate.title}: {share}"
