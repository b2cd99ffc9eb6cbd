"""Layer lists: ``- dense(512, relu)``, one a line, is short for the equations.

A kind of layer is a file of ``catalogue/`` with the name of the layer; its ``LAYER`` says what it
takes and builds its equations.
"""

from backpropcli.problem.layers.expand import data_name, expand_layers

__all__ = ["data_name", "expand_layers"]
