"""How many words of training and validation rows their vocabulary does not know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import few_rows
from nbdoctor.cell.namespace import bases, is_defined_in
from nbdoctor.readings.given import Namespace, TrainingSample, ValidationSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.tokens import Tokens

Array = npt.NDArray[Any]

MOST_ROWS, FEWEST_ROWS = 4000, 20
UNKNOWN = 1
"""The number that `TextVectorization` gives to all words that it does not know; 0 is padding."""

LIBRARIES = frozenset({"keras", "keras_preprocessing", "tensorflow", "tf_keras"})
PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownWords:
    """Shares of the one number that stands for all unknown words.

    Attributes
    ----------
    layer, variable : str
        The user's names for what numbers the words, and for the ids.
    training : float
        Share of the words of training rows.
    validation : float or None
        The same of validation rows; None without any.
    empty : float
        Share of training rows without a single known word.
    rows : int
    """

    layer: str
    variable: str
    training: float
    validation: float | None
    empty: float
    rows: int


@reading(
    "the words that are unknown",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no variable holds what numbered the words"),
    once=True,
)
def unknown_words(
    rows: TrainingSample,
    validation: ValidationSample | None,
    tokens: Tokens,
    namespace: Namespace,
) -> UnknownWords | None:
    """Count the number for unknown words in the one input of ids."""
    known = numberings(namespace)
    if len(known) != 1 or len(tokens.inputs) != 1 or tokens.inputs[0].name not in rows.whole:
        return None
    ((layer, number),), one = known.items(), tokens.inputs[0]
    theirs = None if validation is None else validation.whole.get(one.name)
    found = read_unknown(np.asarray(rows.whole[one.name]), theirs, number)
    if found is None:
        return None
    training, judged, empty, many = found
    return UnknownWords(
        layer=layer,
        variable=one.variable,
        training=training,
        validation=judged,
        empty=empty,
        rows=many,
    )


def numberings(namespace: Mapping[str, Any]) -> dict[str, int]:
    """By name, layers that number words with one number for all unknown ones, and that number."""
    found: dict[str, int] = {}
    for name, value in namespace.items():
        kind = bases(value)[0]
        if name.startswith("_") or not is_defined_in(LIBRARIES, kind):
            continue
        if kind.__qualname__ == "TextVectorization":
            found[name] = UNKNOWN
        elif kind.__qualname__ == "Tokenizer":
            number = (vars(value).get("word_index") or {}).get(vars(value).get("oov_token"))
            if type(number) is int:
                found[name] = number
    return found


def read_unknown(
    ids: Array, others: Array | None, number: int
) -> tuple[float, float | None, float, int] | None:
    """Shares of a number among ids other than 0, in both parts; and of rows of it alone."""
    if ids.ndim != PAIR or len(ids) < FEWEST_ROWS or ids.dtype.kind not in "iuf":
        return None
    few = few_rows(ids, MOST_ROWS)
    judged = None
    if others is not None and others.ndim == PAIR and len(others) >= FEWEST_ROWS:
        judged = _share(few_rows(np.asarray(others), MOST_ROWS), number)
    empty = float(((few == 0) | (few == number)).all(axis=1).mean())
    return _share(few, number), judged, empty, len(few)


def _share(ids: Array, number: int) -> float:
    return float((ids == number).sum() / max(1, (ids != 0).sum()))
