"""How common each mistake is, and how mistakes are drawn."""

from __future__ import annotations

from collections import defaultdict

from benchmarks.diagnosis.pen import Fault

TIERS = {
    5.0: """square-factor-kept missing-activation-derivative residual-reversed missing-batch-mean
        sign-slip wrong-parameter missing-relu-mask derivative-at-wrong-value missing-factor-two
        extra-batch-mean decimal-slip update-ascent weight-not-transposed transposed-outer-product
        fanout-path-dropped missing-input-factor""",
    2.0: """preactivation-used missing-term-in-chain different-loss updated-weights-used
        loss-half-missing activation-skipped softmax-derivative-doubled
        softmax-target-not-subtracted batch-not-summed copied-stale-value swapped-answers
        reg-factor-two reg-gradient-missing bias-dropped learning-rate-omitted
        partial-activation-derivative wrong-activation-derivative elementwise-for-matmul
        matmul-for-elementwise weight-skipped upstream-dropped local-derivative-wrong-point
        loss-mean-vs-sum softmax-diagonal-only ce-stops-at-probability accumulate-overwritten
        skip-path-dropped wrong-upstream digit-slip""",
    1.0: """residual-squared accumulate-doubled mask-from-gradient mask-inverted sign-for-step
        leaky-slope-wrong softmax-unnormalised softmax-wrong-axis log-base loss-sign-missing
        bce-term-dropped square-dropped bias-gradient-scaled sum-over-wrong-axis swapped-entries
        reg-on-bias reg-scale-mismatch update-reported-as-gradient target-not-subtracted
        misread-given digit-dropped crossed-wiring""",
    0.5: """derivative-for-value value-for-derivative loss-before-after-step off-by-one-step
        broadcast-all-pairs dot-for-outer""",
}
# What the exercises of a course are there to measure: rare on paper, drawn most often there.
COURSE = """conv-kernel-flip conv-input-grad-not-flipped conv-offset conv-spatial-mean
    maxpool-spread avgpool-undivided dropout-mask-or-scale batchnorm-stats-constant
    batchnorm-variance-n-minus-1 bptt-truncated embedding-duplicate-overwritten
    optimizer-state-slip weight-decay-slip"""
WEIGHTS = {name: weight for weight, names in TIERS.items() for name in names.split()}
WEIGHTS |= dict.fromkeys(COURSE.split(), 20.0)

EVERYWHERE = {
    "missing-activation-derivative",
    "missing-relu-mask",
    "derivative-at-wrong-value",
    "partial-activation-derivative",
    "wrong-activation-derivative",
    "mask-inverted",
    "sign-for-step",
    "mask-from-gradient",
    "activation-skipped",
    "extra-batch-mean",
    "update-ascent",
    "learning-rate-omitted",
    "reg-gradient-missing",
    "reg-factor-two",
    "reg-scale-mismatch",
    "bias-dropped",
    "missing-input-factor",
}

# Another name for the same form of a mistake.
ALSO = {
    ("bias-dropped", "subtracted"): ("bias-subtracted", "sign-slip"),
    ("residual-squared", "loss itself"): ("loss-used-as-gradient",),
    ("skip-path-dropped", "yes"): ("fanout-path-dropped", "accumulate-overwritten"),
    ("missing-relu-mask", "yes"): ("missing-activation-derivative",),
}

# Where a whole factor is left out, the name of the general mistake says the same.
GENERAL = "missing-term-in-chain"
LEFT_OUT_FACTOR = {
    "missing-activation-derivative",
    "missing-relu-mask",
    "missing-factor-two",
    "missing-batch-mean",
    "missing-input-factor",
    "partial-activation-derivative",
    "upstream-dropped",
    "weight-skipped",
}


def with_everywhere(offers: list[Fault]) -> list[Fault]:
    """The offers, and each misconception made at all of its places."""
    groups = defaultdict(list)
    for offer in offers:
        if offer.name in EVERYWHERE:
            groups[offer.name, offer.form].append(offer.at)
    both = [
        Fault(name, sites[0], form, tuple(sites))
        for (name, form), sites in groups.items()
        if len(sites) > 1
    ]
    return [*offers, *both]


class Hat:
    """Draws a name by its weight, and then one of its instances, without putting it back."""

    def __init__(self, rng, options):
        self.rng = rng
        self.groups = defaultdict(list)
        for option in options:
            self.groups[option.name].append(option)

    def draw(self):
        """A mistake, or None when there are no more."""
        if not self.groups:
            return None
        names = list(self.groups)
        weights = [WEIGHTS[name] for name in names]
        total = sum(weights)
        name = names[self.rng.choice(len(names), p=[w / total for w in weights])]
        group = self.groups[name]
        drawn = group.pop(int(self.rng.integers(len(group))))
        if not group:
            del self.groups[name]
        return drawn
