"""Numbers and lists of names as sentences show them."""

from __future__ import annotations

import math
from collections.abc import Sequence

PLAIN_PLACES = 4
"""Zeros that a reader still counts at a glance: 0.0001 is plain, 0.00001 is 1e-5."""

MOST_NAMED = 3
"""Names that a sentence holds before it counts."""


def figure(value: float, digits: int = 3) -> str:
    """Return a number as a sentence shows it: few significant digits, commas in thousands.

    Examples
    --------
    >>> figure(0.27662), figure(1797), figure(3.5e-6)
    ('0.277', '1,800', '3.5e-6')
    """
    rounded = float(f"{value:.{digits}g}")
    if not math.isfinite(rounded) or rounded == 0:
        return "0" if rounded == 0 else str(rounded)
    size = math.floor(math.log10(abs(rounded)))
    if -PLAIN_PLACES <= size < PLAIN_PLACES + digits:
        plain = f"{rounded:,.{max(digits - 1 - size, 0)}f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    mantissa, exponent = f"{rounded:.{digits - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def score_figure(value: float) -> str:
    """Return a score (0 as the best constant prediction, 1 is perfect) with its two digits.

    Examples
    --------
    >>> score_figure(1.0), score_figure(-0.1034), score_figure(-0.001)
    ('1.00', '-0.10', '0.00')
    """
    return f"{round(value, 2) + 0.0:.2f}"


def enumerated(items: Sequence[str]) -> str:
    """Join what stands in a row in a sentence.

    Examples
    --------
    >>> enumerated(["a", "b", "c"]), enumerated(["a"]), enumerated([])
    ('a, b and c', 'a', '')
    """
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def listed(names: Sequence[str]) -> str:
    """Name the first few of them as code, and count the others.

    Examples
    --------
    >>> listed(["a", "b", "c", "d"])
    '`a`, `b`, `c` and 1 more'
    """
    shown = ", ".join(f"`{name}`" for name in names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown} and {len(names) - MOST_NAMED} more"


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's correlation of two series of the same length; 0 where one does not change."""
    length = min(len(one), len(other))
    a, b = _ranks(one[:length]), _ranks(other[:length])
    mean = (length - 1) / 2
    spread = math.sqrt(sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b))
    return sum((x - mean) * (y - mean) for x, y in zip(a, b, strict=True)) / spread if spread else 0


def _ranks(values: Sequence[float]) -> list[float]:
    """The place of each value in order; equal ones share the middle of theirs."""
    return [
        sum(other < value for other in values) + (sum(other == value for other in values) - 1) / 2
        for value in values
    ]
