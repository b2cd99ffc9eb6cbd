"""The injected-fault benchmark: simulated students make known mistakes; are they named?

``sheets`` draws problems and answer sheets with known mistakes; it shares no code with
``backpropcli``. ``judge`` lets ``backpropcli`` check them and compares.
"""

from benchmarks.diagnosis.sheets import Sheet, sheets

__all__ = ["Sheet", "sheets"]
