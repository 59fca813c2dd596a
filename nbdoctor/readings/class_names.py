"""Names of classes that stand in the user's variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nbdoctor import backend
from nbdoctor.capture.calls import FitCall
from nbdoctor.cell.namespace import is_data
from nbdoctor.readings.behind import frames
from nbdoctor.readings.given import Namespace
from nbdoctor.readings.head import Head
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source

MOST_CLASSES = 200
MOST_ROWS = 200_000
"""Rows of a text column in which names are counted: some 10 ms."""

LONGEST_NAME = 60
PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Spellings:
    """Names in one place that are equal but for blanks, capitals and dashes.

    Attributes
    ----------
    where : str
        The user's variable.
    column : str
        Of that table, "" where it is none.
    classes : int
        Names there.
    distinct : int
        Of them that differ in more than blanks, capitals and dashes. In a list single characters
        always do: it may be an alphabet.
    groups : tuple of tuple of str
        Names that are equal in that sense, the most frequent one first.
    share : float or None
        Of the rows, those of all but the most frequent name of each group.
    """

    where: str
    classes: int
    distinct: int
    groups: tuple[tuple[str, ...], ...] = ()
    column: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassNames:
    """Names of the classes that the labels stand for.

    Attributes
    ----------
    spellings : tuple of Spellings
        One for each place where as many names stand as there are classes, the one that tells most
        first.
    training, validation : tuple of str
        Names that the two datasets number from 0, where they have any.
    """

    spellings: tuple[Spellings, ...] = ()
    training: tuple[str, ...] = ()
    validation: tuple[str, ...] = ()


@reading(
    "the names of the classes",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no variable holds names of the classes"),
    once=True,
)
def class_names_of_cell(
    call: FitCall,
    namespace: Namespace,
    source: Source | None,
    labels: Labels | None,
    head: Head | None,
) -> ClassNames | None:
    """Look for lists, tables and datasets with as many names as there are classes."""
    sizes = set(class_counts(labels, head))
    names = dict.fromkeys([*(source.reaches_fit if source is not None else ()), *namespace])
    found = [] if not sizes else list(spellings_in(namespace, list(names), sizes))
    of = [_of_dataset(call.arguments.get(one)) for one in ("x", "validation_data")]
    if not found and not of[0]:
        return None
    found.sort(key=lambda one: (-len(one.groups), one.share is None))
    return ClassNames(spellings=tuple(found), training=of[0], validation=of[1])


def class_counts(labels: Labels | None, head: Head | None) -> Iterator[int]:
    """How many classes there are, as labels and heads say."""
    for target in labels.targets if labels is not None else ():
        if target.encoding in {"ids", "one-hot"} and target.distinct >= PAIR:
            yield target.distinct
    for output in head.outputs if head is not None else ():
        if output.width is not None and output.width > PAIR:
            yield output.width


def spellings_in(
    namespace: Mapping[str, Any], names: list[str], sizes: set[int]
) -> Iterator[Spellings]:
    """Each variable, or column of a table, that holds so many names."""
    for name in names:
        value = namespace.get(name)
        if name.startswith("_"):
            continue
        texts = _texts(value)
        if texts is not None and len(texts) == len(set(texts)) and len(texts) in sizes:
            yield _compared(name, "", texts, {})
    for name, frame in frames(namespace, names):
        for at, column in enumerate(frame.columns):
            if frame.dtypes.iloc[at].kind != "O" and str(frame.dtypes.iloc[at]) not in {
                "string",
                "str",
                "category",
            }:
                continue
            counts = _counts(frame.iloc[:MOST_ROWS, at])
            if len(counts) in sizes:
                yield _compared(name, str(column), tuple(counts), counts)


def _texts(value: Any) -> tuple[str, ...] | None:
    """A short list of texts, the keys of a dict of them, or a small array."""
    if type(value) is dict:
        value = list(value)
    if is_data(value) and type(value).__name__ in {"ndarray", "Index"}:
        if value.ndim != 1 or len(value) > MOST_CLASSES or value.dtype.kind not in "OUS":
            return None
        value = value.tolist()
    if type(value) not in {list, tuple} or not PAIR <= len(value) <= MOST_CLASSES:
        return None
    good = all(type(one) is str and 0 < len(one) <= LONGEST_NAME for one in value)
    return tuple(value) if good else None


def _counts(column: Any) -> dict[str, int]:
    """How often each text stands in a column; empty where it holds others, or too many."""
    counts: dict[str, int] = {}
    for one in column.tolist():
        if type(one) is str:
            counts[one] = counts.get(one, 0) + 1
            if len(counts) > MOST_CLASSES:
                return {}
    return dict(sorted(counts.items()))


def _compared(
    where: str, column: str, names: tuple[str, ...], counts: Mapping[str, int]
) -> Spellings:
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(folded(name), []).append(name)
    groups = tuple(
        tuple(sorted(group, key=lambda name: (-counts.get(name, 0), len(name), name)))
        for key, group in alike.items()
        if len(group) > 1 and key and (counts or max(map(len, group)) > 1)
    )
    odd = [one for group in groups for one in group[1:]]
    total = sum(counts.values())
    return Spellings(
        where=where,
        column=column,
        classes=len(names),
        distinct=len(names) - len(odd),
        groups=groups,
        share=sum(counts[one] for one in odd) / total if total else None,
    )


def folded(name: str) -> str:
    """A name without blanks, dashes and capitals."""
    return "".join(part for part in name.casefold() if not part.isspace() and part not in "-_.")


def _of_dataset(data: Any) -> tuple[str, ...]:
    """The names that Keras gives a dataset of folders."""
    if not backend.is_supported() or not backend.current().batches.is_dataset(data):
        return ()
    return _texts(backend.current().pipelines.kept(data, "class_names")) or ()
