"""Every loss of Keras: the labels and outputs it is defined for, and what happens at their edge.

One table, from Keras's own source (`keras/src/losses/losses.py` of 3.15). The rules about heads and
labels compare a model with it; what a loss of the user's own wants is probed (`loss_probe.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

Range = tuple[float, float]

ANY: Range = (-math.inf, math.inf)
UNIT: Range = (0.0, 1.0)
AT_LEAST_0: Range = (0.0, math.inf)

Labels = Literal["bits", "one-hot", "ids", "signs", "numbers", "counts", "directions", "sequences"]
"""What the labels of a loss are: 0 and 1 (or probabilities), one column per class, class numbers,
-1 and 1, numbers, counts from 0 on, vectors of which only the direction counts, texts of ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LossFacts:
    """What one loss is defined for.

    Attributes
    ----------
    takes : str
        The kind of its labels.
    labels, outputs : (float, float)
        Smallest and largest value that it is defined for, without `from_logits=True`.
    sums_to_one : bool
        It reads a row of outputs as the probabilities of classes of which one is right.
    head : str
        The output activation that makes such outputs.
    fitting : frozenset of str
        All output activations that do.
    checks_shapes : bool
        Keras raises an error where labels and outputs differ in shape.
    differs : bool
        It is a difference of numbers, smallest where both are equal.
    edge : str
        What happens outside of `outputs`, as the end of a sentence; "" where all is inside.
    label_edge : str
        The same of `labels`.
    """

    takes: Labels
    labels: Range = ANY
    outputs: Range = ANY
    sums_to_one: bool = False
    head: str = "linear"
    fitting: frozenset[str] = frozenset()
    checks_shapes: bool = False
    differs: bool = False
    edge: str = ""
    label_edge: str = ""


CLIPPED = "it clips outputs to 0 and 1, and what is clipped has no gradient"
UNLIMITED = "outside of this range it has no minimum: it can decrease below zero"
SHARES = frozenset({"softmax"})
BITS = frozenset({"sigmoid", "hard_sigmoid"})
SCORES = frozenset({"linear", "tanh", "leaky_relu", "elu", "selu", "softsign"})
POSITIVE = frozenset({"softplus", "exponential", "sigmoid", "softmax"})

BINARY = LossFacts(
    takes="bits",
    labels=UNIT,
    outputs=UNIT,
    head="sigmoid",
    fitting=BITS,
    checks_shapes=True,
    edge=CLIPPED,
    label_edge=UNLIMITED,
)
CATEGORICAL = LossFacts(
    takes="one-hot",
    labels=UNIT,
    outputs=UNIT,
    sums_to_one=True,
    head="softmax",
    fitting=SHARES,
    checks_shapes=True,
    edge=CLIPPED,
    label_edge="the sum of the labels of a row scales its loss",
)
SPARSE = replace(CATEGORICAL, takes="ids", labels=AT_LEAST_0, label_edge="")
DIFFERENCE = LossFacts(takes="numbers", differs=True)
OVERLAP = LossFacts(
    takes="bits",
    labels=UNIT,
    outputs=UNIT,
    head="sigmoid",
    fitting=BITS | SHARES,
    edge=UNLIMITED,
    label_edge=UNLIMITED,
)
HINGE = LossFacts(
    takes="signs",
    labels=(-1.0, 1.0),
    head="linear",
    fitting=SCORES,
    edge="a row of class -1 has no loss only for an output of -1 or less",
    label_edge="it multiplies label and output, so that only -1 and 1 (or 0 and 1) are classes",
)

LOSSES: dict[str, LossFacts] = {
    "binary_crossentropy": BINARY,
    "binary_focal_crossentropy": BINARY,
    "categorical_crossentropy": CATEGORICAL,
    "categorical_focal_crossentropy": replace(CATEGORICAL, checks_shapes=False),
    "categorical_generalized_cross_entropy": replace(
        SPARSE, checks_shapes=False, edge="a negative output to the power of q is NaN"
    ),
    "sparse_categorical_crossentropy": SPARSE,
    "kl_divergence": replace(
        CATEGORICAL,
        checks_shapes=False,
        edge="outputs are clipped to 0 and 1 and not divided by their sum, so that it is smallest "
        "where every output is 1",
        label_edge="it clips labels to 0 and 1",
    ),
    "mean_squared_error": DIFFERENCE,
    "mean_absolute_error": DIFFERENCE,
    "huber": DIFFERENCE,
    "log_cosh": DIFFERENCE,
    "mean_absolute_percentage_error": replace(
        DIFFERENCE,
        label_edge="it divides each error by the target, and by 1e-7 where that is 0",
    ),
    "mean_squared_logarithmic_error": LossFacts(
        takes="numbers",
        labels=AT_LEAST_0,
        outputs=AT_LEAST_0,
        differs=True,
        head="softplus",
        fitting=POSITIVE | {"relu"},
        edge="it clips negative outputs at 0, where they have no gradient",
        label_edge="it reads every negative target as 0",
    ),
    "poisson": LossFacts(
        takes="counts",
        labels=AT_LEAST_0,
        outputs=AT_LEAST_0,
        head="softplus",
        fitting=POSITIVE,
        edge="the logarithm of a negative output is NaN",
        label_edge="for a negative target it falls without end as the output goes to 0",
    ),
    "cosine_similarity": LossFacts(
        takes="directions",
        edge="of a single output it knows only the sign, which has no gradient",
        label_edge="a row of zeros has no direction",
    ),
    "hinge": HINGE,
    "squared_hinge": HINGE,
    "categorical_hinge": LossFacts(takes="one-hot", labels=(-1.0, 1.0), fitting=SCORES | SHARES),
    "dice": OVERLAP,
    "tversky": OVERLAP,
    "ctc": LossFacts(
        takes="sequences",
        labels=AT_LEAST_0,
        fitting=frozenset({"linear"}),
        edge="it applies a softmax itself",
    ),
    "circle": LossFacts(takes="ids", labels=AT_LEAST_0),
}
"""By Keras's canonical names. `tests/readings/test_losses.py` compares it with what Keras has."""

REACH: dict[str, Range] = {
    "elu": (-1.0, math.inf),
    "exponential": AT_LEAST_0,
    "gelu": (-0.17, math.inf),
    "glu": ANY,
    "hard_sigmoid": UNIT,
    "hard_tanh": (-1.0, 1.0),
    "leaky_relu": ANY,
    "linear": ANY,
    "log_sigmoid": (-math.inf, 0.0),
    "log_softmax": (-math.inf, 0.0),
    "mish": (-0.31, math.inf),
    "relu": AT_LEAST_0,
    "relu6": (0.0, 6.0),
    "selu": (-1.76, math.inf),
    "sigmoid": UNIT,
    "silu": (-0.28, math.inf),
    "softmax": UNIT,
    "softplus": AT_LEAST_0,
    "softsign": (-1.0, 1.0),
    "swish": (-0.28, math.inf),
    "tanh": (-1.0, 1.0),
}
"""What each activation can put out, by its formula."""

PROBABILITIES_BY = {
    name: facts.head
    for name, facts in LOSSES.items()
    if name.endswith(("crossentropy", "cross_entropy"))
}
"""What makes the probabilities that a cross-entropy compares; given logits it applies it itself."""

DIFFERENCES = frozenset(name for name, facts in LOSSES.items() if facts.differs)
"""Losses of the difference between prediction and target, as if that were a quantity."""


def exceeds(reach: Range, allowed: Range, tolerance: float = 0.0) -> bool:
    """Whether a range goes beyond another."""
    return reach[0] < allowed[0] - tolerance or reach[1] > allowed[1] + tolerance
