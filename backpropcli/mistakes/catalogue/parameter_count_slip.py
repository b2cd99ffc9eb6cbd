"""The parameters are counted wrongly.

What it is
The weights are counted without the biases, with the inputs of another layer, or the
multiplications are counted in their place.

Why it is wrong
A layer from n inputs to m outputs has n*m weights and m biases, together (n + 1)*m
parameters. How many examples there are makes no difference.

Example
A network with 784 inputs and layers of 512, 512 and 10 units has 785*512 + 513*512 +
513*10 = 669,706 parameters. Without the biases one counts 668,672.

How to avoid it
Make a table with a row for each layer: inputs, outputs, weights, biases. Add up at the
end.
"""

from __future__ import annotations

from backpropcli.mistakes.entry import Example, Mistake

MISTAKE = Mistake(
    code="BP704",
    name="parameter-count-slip",
    tier="C",
    message="{at}: this count {how}.",
    question="How many weights and how many biases does each layer have?",
    remedy="Count (inputs + 1) times outputs for each layer with a bias.",
    examples=(
        Example(
            net="digits",
            answers="parameters: 668672\n",
            at="parameters",
        ),
        Example(
            net="many",
            answers="parameters: 608257\n",
            at="parameters",
        ),
    ),
)
