"""Raw texts in the user's variables: their lengths, and how they end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.cell.namespace import is_data
from nbdoctor.readings.behind import frames
from nbdoctor.readings.given import Namespace
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source

MOST_TEXTS = 3000
MOST_CHARACTERS = 2_000_000
"""Texts are split into words: a tenth of a second for so many characters."""

FEWEST_TEXTS = 40
FEWEST_WORDS = 2
"""Words that a text holds on the mean; codes and single words are none."""

END = ".!?…\"')]}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextColumn:
    """Texts in one place.

    Attributes
    ----------
    where, column : str
        The user's variable; its column where it is a table.
    rows : int
        Texts that were looked at.
    longest : int
        Characters of the longest.
    at_longest : float
        Share of the texts that have exactly so many.
    cut_words : float
        Of these, share that end in what is no word anywhere else.
    other_words : float
        The same of words inside of texts: how many words stand in one text only.
    empty : float
        Share of texts without a word.
    """

    where: str
    rows: int
    longest: int
    at_longest: float
    cut_words: float
    other_words: float
    column: str = ""
    empty: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """All texts that were found."""

    columns: tuple[TextColumn, ...]


@reading(
    "the texts",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no variable that training uses holds texts"),
    once=True,
)
def texts_of_cell(namespace: Namespace, source: Source | None) -> Texts | None:
    """Look at texts that the cell names on the way to `fit`."""
    reached = source.reaches_fit if source is not None else ()
    found = list(texts_in(namespace, reached))
    return Texts(columns=tuple(found)) if found else None


def texts_in(namespace: Mapping[str, Any], names: Sequence[str]) -> Iterator[TextColumn]:
    """Describe lists, arrays and columns of texts among these variables."""
    for name in names:
        texts = _listed(namespace.get(name))
        found = None if texts is None else read_texts(texts, name)
        if found is not None:
            yield found
    some = {name: namespace[name] for name in names if name in namespace}
    for name, frame in frames(some):
        for at, column in enumerate(frame.columns):
            if frame.dtypes.iloc[at].kind != "O" and str(frame.dtypes.iloc[at]) not in {
                "string",
                "str",
            }:
                continue
            rows = evenly_spread(len(frame), MOST_TEXTS)
            found = read_texts(frame.iloc[rows, at].tolist(), name, str(column))
            if found is not None:
                yield found


def read_texts(texts: Sequence[Any], where: str, column: str = "") -> TextColumn | None:
    """Count lengths, and words at the end that stand nowhere else; None for what is no text."""
    known = [one for one in texts if type(one) is str]
    if len(known) < FEWEST_TEXTS or len(known) < len(texts) / 2:
        return None
    known = _affordable(known)
    words = [one.split() for one in known]
    if sum(map(len, words)) < FEWEST_WORDS * len(known):
        return None
    longest = max(map(len, known))
    cut = [at for at, one in enumerate(known) if len(one) == longest]
    inside = Counter(word for one in words for word in set(one[:-1]))
    ends = [words[at][-1] for at in cut if words[at] and known[at][-1:] not in END]
    before = [words[at][-2] for at in cut if len(words[at]) > 1]
    return TextColumn(
        where=where,
        column=column,
        rows=len(known),
        longest=longest,
        at_longest=len(cut) / len(known),
        cut_words=sum(inside[word] == 0 for word in ends) / max(1, len(cut)),
        other_words=sum(inside[word] <= 1 for word in before) / max(1, len(before)),
        empty=sum(not one for one in words) / len(known),
    )


def _affordable(texts: list[str]) -> list[str]:
    total = sum(map(len, texts))
    if total <= MOST_CHARACTERS:
        return texts
    return texts[: max(FEWEST_TEXTS, len(texts) * MOST_CHARACTERS // total)]


def _listed(value: Any) -> list[Any] | None:
    """A list or an array of texts, spread evenly."""
    if is_data(value) and type(value).__name__ in {"ndarray", "Series"}:
        if value.ndim != 1 or getattr(value.dtype, "kind", "") not in "OUT":
            return None
    elif type(value) not in {list, tuple}:
        return None
    rows = np.linspace(0, max(0, len(value) - 1), min(len(value), MOST_TEXTS)).astype(int)
    if type(value).__name__ == "Series":
        return list(value.iloc[rows].tolist())
    return [value[row] for row in rows.tolist()]
