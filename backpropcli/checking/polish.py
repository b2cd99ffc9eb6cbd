"""The last look at an account: how far rounding moves what a mistaken equation gives.

While mistakes are tried this is taken in proportion to what it is for the right equation. The wrong
one may add up numbers of which little is left, and then rounding shows more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backpropcli.checking.account import Account, Accounts
from backpropcli.checking.candidate import Change
from backpropcli.checking.spread import spread
from backpropcli.checking.trial import MARGIN, Prediction


def polished(accounts: Accounts, account: Account) -> Account:
    """The account without what is off by no more than the rounding of its own equations."""
    changes = [change for part in account.parts for change in part.changes]
    predictions = dict(account.predictions)
    left = dict(account.left)
    for change in changes:
        for which in accounts.judge.at.get(change.node, ()):
            if which in left and which in predictions and not left[which].exchanged:
                predictions[which] = _rounded(accounts, change, which, predictions[which])
                again = accounts.left(which, predictions, True)
                if again is None:
                    del left[which]
                elif again.count < left[which].count:
                    left[which] = again
    cost = sum(one.cost for one in left.values()) - sum(one.cost for one in account.left.values())
    if cost >= 0:
        return account
    return replace(account, predictions=predictions, left=left, cost=account.cost + cost)


def _rounded(accounts: Accounts, change: Change, which: int, prediction: Prediction) -> Prediction:
    """What an equation gives at an entry, with the rounding of the numbers that it is made of."""
    judge, values = accounts.judge, accounts.trial.values
    operands = [np.asarray(values[p], float) for p in change.parents]
    errors = [np.asarray(judge.state.spread[p], float) for p in change.parents]
    with np.errstate(all="ignore"):
        value = np.asarray(change.formula(operands), float)
    meant = values[change.node]
    if value.shape != np.shape(meant):
        value = np.broadcast_to(value, np.shape(meant))
    error = spread(change.formula, operands, errors, value, True)
    own = judge.sheet.entries[which].part(error) * MARGIN
    return prediction[0], np.maximum(prediction[1], own)
