"""Reports on answers, for the tests of this folder.

The nets are those of the catalogue: A is a small relu network, S the same with sigmoid units,
T with tanh units, B a linear model on a batch of two examples.
"""

from functools import cache
from textwrap import dedent, indent

from backpropcli.checking.check import Checker, check_text
from backpropcli.checking.judge import Judge
from backpropcli.checking.paper import Judging
from backpropcli.checking.sheet import lay_out
from backpropcli.mistakes.nets import NETS
from backpropcli.problem import Problem, problem_from_text

# z = (-1, 2, 3), h = (0, 2, 3), z2 = (9, 6, -4), yhat = 5, L = 6.125; see design.md, section 3
THREE = """\
inputs: {x: [2, 1], y: 1.5}
weights:
  W1: [[0, 1], [1, 1], [1, 0]]
  b1: [-2, -1, 1]
  W2: [[0, 1, 2], [1, 1, 1], [2, -1, -1]]
  b2: [1, 1, 1]
  W3: [-1, 1, -2]
network:
  z1: W1 @ x + b1
  h1: relu(z1)
  z2: W2 @ h1 + b2
  yhat: W3 @ z2
loss: (y - yhat)**2 / 2
"""


@cache
def loaded(text):
    return problem_from_text(text)


def problem(which, more=""):
    """A problem: a net by its letter or name, or a whole file; ``more`` is put below it."""
    if isinstance(which, Problem):
        return which
    return loaded(NETS.get(which, which) + more)


def report(which, answers, more="", tail=""):
    """The report on lines under `answers:`; ``tail`` stands below them as it is."""
    text = "answers:\n" + indent(dedent(answers).strip("\n"), "  ") + "\n" + tail
    return check_text(problem(which, more), text)[0]


def whole(which, text, more=""):
    """The reports on a whole answers file."""
    return check_text(problem(which, more), dedent(text))


def statuses(found):
    """The status of each quantity that was answered."""
    return {a.quantity: a.status for a in found.answers if a.status != "missing"}


def status(which, line, more=""):
    """The status of the one answer in a line."""
    (found,) = statuses(report(which, line, more)).values()
    return found


def told(found):
    """The mistakes with their places."""
    return [(root.name, root.at) for root in found.mistakes]


def names(found):
    return [root.name for root in found.mistakes]


def answer(found, quantity, example=None, step=None):
    """The one answer to a quantity."""
    where = (quantity, example, step)
    (one,) = [a for a in found.answers if (a.quantity, a.example, a.step) == where]
    return one


def notices(found):
    """The names of all remarks."""
    return {name for a in found.answers for name in a.note_names}


def judged(which, answers, more=""):
    """The judge of lines under `answers:`, before any search."""
    from answers_support import submitted

    loaded_problem = problem(which, more)
    text = "answers:\n" + indent(dedent(answers).strip("\n"), "  ") + "\n"
    handed_in = submitted(text, loaded_problem)
    graph = Checker(loaded_problem).graph([c.name for c in handed_in.claims if "/" in c.name])
    return Judge(lay_out(graph, handed_in.claims), Judging())
