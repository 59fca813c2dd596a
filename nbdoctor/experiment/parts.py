"""The parts of a training program that can be replaced by ones known to work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a training program.

    Attributes
    ----------
    name : str
        As in `PartRun.replaced`.
    prior : float
        About how often it was at fault in public reports: the likelier one is tried first.
    words : str
        What it is called in a sentence.
    inside : str
        The larger part that holds it, "" for none. Where the inner one is enough it is blamed.
    """

    name: str
    prior: float
    words: str
    inside: str = ""


ARCHITECTURE, LENGTH, LOOP, HEAD = "architecture", "length", "loop", "head"

PARTS = (
    Part("inputs", 0.20, "the scale of the inputs"),
    Part(HEAD, 0.16, "the last layer", inside=ARCHITECTURE),
    Part("optimizer", 0.15, "the optimizer and its learning rate"),
    Part("labels", 0.10, "the values of the labels"),
    Part("loss", 0.10, "the loss"),
    Part(LOOP, 0.10, "the training step or loop"),
    Part("pipeline", 0.06, "how rows and labels are prepared and paired"),
    Part("activations", 0.05, "the hidden activations", inside=ARCHITECTURE),
    Part("regularisation", 0.05, "dropout, noise, augmentation and penalties", inside=ARCHITECTURE),
    Part("layers", 0.04, "layers of your own", inside=ARCHITECTURE),
    Part("init", 0.03, "the first weights", inside=ARCHITECTURE),
    Part("trainable", 0.03, "which weights are trained", inside=ARCHITECTURE),
    Part("normalisation", 0.03, "batch normalisation", inside=ARCHITECTURE),
    Part("weights", 0.03, "class and sample weights"),
    Part("order", 0.03, "the order of the rows"),
    Part("masks", 0.02, "the mask of padded places", inside=ARCHITECTURE),
    Part(LENGTH, 0.06, "the number of steps"),
    Part(ARCHITECTURE, 0.05, "the layers themselves"),
)

BY_NAME = {part.name: part for part in PARTS}

OUTER = (LENGTH, ARCHITECTURE)
"""They cure what other parts broke (slow optimizers, dropout, dead weights), so they are tried
last."""

INNER = frozenset(part.name for part in PARTS if part.inside == ARCHITECTURE)


def in_effect(replaced: frozenset[str]) -> frozenset[str]:
    """Return the set as it takes effect: other layers have none of the inner parts of the user's.

    The last layer is one of these that stays: it can be put behind any others.

    Examples
    --------
    >>> "init" in in_effect(frozenset({"architecture"}))
    True
    >>> "head" in in_effect(frozenset({"architecture"}))
    False
    """
    return replaced | (INNER - {HEAD}) if ARCHITECTURE in replaced else replaced


def as_chosen(replaced: frozenset[str]) -> tuple[str, ...]:
    """Return the parts of a set that were chosen, sorted: what other layers take along left out.

    Examples
    --------
    >>> as_chosen(in_effect(frozenset({"architecture", "loss"})))
    ('architecture', 'loss')
    """
    along = INNER - {HEAD} if ARCHITECTURE in replaced else frozenset()
    return tuple(sorted(replaced - along))


def by_prior(names: frozenset[str]) -> list[str]:
    """Return parts in the order in which they are tried: the likeliest first, outer ones last."""
    return sorted(names, key=lambda name: (name in OUTER, -BY_NAME[name].prior, name))
