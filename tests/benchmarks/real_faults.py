"""Faults that real data have, put into clean ones at three strengths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from tests.benchmarks.real_sets import Part, RealSet

Array = np.ndarray[Any, Any]
Rng = np.random.Generator
Put = Callable[[RealSet, int, Rng], RealSet | None]

TABLES = ("classes", "numbers")
WITH_CLASSES = ("classes", "pictures", "texts")
CONVERSIONS = ((1.8, 32.0), (2.54, 0.0), (1 / 0.4536, 0.0), (1000.0, 0.0))


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault.

    Attributes
    ----------
    name : str
    put : callable
        The set with the fault in it, at strength 0, 1 or 2; None where it does not apply.
    kinds : tuple of str
        Kinds of data that have it.
    named_by : frozenset of str
        Rules whose finding names it.
    judges : bool
        It lies in the rows that judge, and not in those that train.
    """

    name: str
    put: Put
    kinds: tuple[str, ...]
    named_by: frozenset[str]
    judges: bool = False


def told_by(frame: pd.DataFrame) -> list[str]:
    """Columns of many values, those first that tell most of the target."""
    y = frame["target"].to_numpy(float)
    found = {}
    for name in frame.columns:
        values = pd.to_numeric(frame[name], errors="coerce")
        if name == "target" or values.nunique() < 15 or values.std() == 0:
            continue
        filled = values.fillna(values.median()).rank().to_numpy()
        if frame["target"].nunique() <= 12:
            means = pd.Series(filled).groupby(y).transform("mean")
            found[str(name)] = float(means.std() / max(filled.std(), 1e-9))
        else:
            found[str(name)] = abs(float(np.corrcoef(filled, pd.Series(y).rank())[0, 1]))
    return sorted(found, key=lambda name: -found[name])


def in_parts(
    one: RealSet, change: Callable[[Part], Part], parts: tuple[str, ...] = ("train", "valid")
) -> RealSet:
    """The set with some parts changed."""
    made = {name: change(part) if name in parts else part for name, part in one.parts.items()}
    return replace(one, parts=made)


def in_columns(
    one: RealSet, names: list[str], change: Callable[[pd.Series], Any]
) -> RealSet | None:
    """The set with some columns of training and validation changed."""
    if not names:
        return None

    def changed(part: Part) -> Part:
        frame = part.x.copy()
        for name in names:
            frame[name] = change(frame[name].astype(object) if False else frame[name])
        return Part(x=frame)

    return in_parts(one, changed)


def _written_over(value: float, shares: tuple[float, ...]) -> Put:
    def put(one: RealSet, strength: int, rng: Rng) -> RealSet | None:
        train = one.parts["train"].x
        names = told_by(train)
        if value == 0:  # a zero that could be a value is no hole
            names = [
                name
                for name in names
                if train[name].quantile(0.02)
                > 1.2 * (train[name].quantile(0.75) - train[name].quantile(0.25))
            ]

        def change(column: pd.Series) -> Any:
            gone = rng.random(len(column)) < shares[strength]
            return column.where(~gone, value)

        return in_columns(one, names[: 1 + strength], change)

    return put


def outliers(one: RealSet, strength: int, rng: Rng) -> RealSet | None:
    """A slip of the decimal point in a few rows, by four to six digits."""

    def change(column: pd.Series) -> Any:
        far = rng.permutation(len(column)) < max(1, (0.003, 0.005, 0.01)[strength] * len(column))
        return column.astype(float).where(~far, column * 10.0 ** (4 + strength))

    return in_columns(one, told_by(one.parts["train"].x)[: 1 + strength], change)


def units(one: RealSet, strength: int, rng: Rng) -> RealSet | None:
    """Another unit in a part of the rows."""
    factor, offset = CONVERSIONS[int(rng.integers(len(CONVERSIONS)))]

    def change(column: pd.Series) -> Any:
        other = rng.random(len(column)) < (0.15, 0.3, 0.5)[strength]
        return column.astype(float).where(~other, column * factor + offset)

    return in_columns(one, told_by(one.parts["train"].x)[:1], change)


def words(one: RealSet, strength: int, rng: Rng) -> RealSet | None:
    """Numbers with a comma for the point, or their unit, in most rows of some columns."""
    unit = " mm" if rng.random() < 0.5 else ""

    def change(column: pd.Series) -> Any:
        written = column.astype(float).map(
            lambda value: "" if np.isnan(value) else f"{value:.4g}{unit}".replace(".", ",")
        )
        as_words = rng.random(len(column)) < (0.3, 0.6, 0.9)[strength]
        if not unit:  # a whole number stays one
            written = written.where(written.str.contains(","), written + ",0")
        return written.where(as_words, column.astype(str))

    return in_columns(one, told_by(one.parts["train"].x)[: 1 + 2 * strength], change)


def stuck(one: RealSet, strength: int, _rng: Rng) -> RealSet | None:
    """A column that has one value in all rows, as of a sensor that is stuck."""
    return in_columns(
        one,
        told_by(one.parts["train"].x)[: 1 + strength],
        lambda column: column * 0 + column.iloc[0],
    )


def leak(one: RealSet, strength: int, rng: Rng) -> RealSet | None:
    """A column that was read after the event: in one class it has one value."""
    most = (0.97, 0.99, 1.0)[strength]

    def with_leak(part: Part) -> Part:
        frame = part.x.copy()
        y = frame["target"]
        noted = np.round(rng.gamma(4, 12, len(frame)) + 1, 1)
        noted[(y == y.max()).to_numpy() & (rng.random(len(frame)) < most)] = 0.0
        frame.insert(0, "noted", noted)
        return Part(x=frame)

    made = in_parts(one, with_leak)

    def without(part: Part) -> Part:
        frame = part.x.copy()
        frame.insert(0, "noted", np.round(rng.gamma(4, 12, len(frame)) + 1, 1))
        return Part(x=frame)

    return in_parts(made, without, ("test",))


def row_number(one: RealSet, strength: int, rng: Rng) -> RealSet | None:
    """The number of the row in a file that is sorted by class (or nearly so)."""
    sizes = {name: len(part.x) for name, part in one.parts.items()}
    whole = pd.concat([one.parts["train"].x, one.parts["valid"].x])
    loose = (0.06, 0.02, 0.0)[strength]
    key = whole["target"].rank(method="dense") + rng.normal(0, loose * 4, len(whole))
    number = pd.Series(np.argsort(np.argsort(key.to_numpy(), kind="stable")) + 1)
    whole = whole.copy()
    whole.insert(0, "number", number.to_numpy())
    test = one.parts["test"].x.copy()
    test.insert(0, "number", rng.integers(1, len(whole), len(test)))
    return replace(
        one,
        parts={
            "train": Part(x=whole.iloc[: sizes["train"]]),
            "valid": Part(x=whole.iloc[sizes["train"] :]),
            "test": Part(x=test),
        },
    )


def _copies(noise: float) -> Put:
    def put(one: RealSet, strength: int, rng: Rng) -> RealSet | None:
        train, valid = one.parts["train"], one.parts["valid"]
        from_train = rng.random(len(valid.x)) < (0.3, 0.6, 1.0)[strength]
        at = rng.integers(0, len(train.x), len(valid.x))
        if one.kind in TABLES:
            frame = valid.x.copy()
            frame[from_train] = train.x.iloc[at[from_train]].to_numpy()
            for name in told_by(train.x) if noise else []:
                values = frame[name].to_numpy(float).copy()
                values[from_train] += (
                    noise * train.x[name].std() * rng.normal(size=int(from_train.sum()))
                )
                frame[name] = values
            kind = train.x["target"].dtype
            frame["target"] = frame["target"].astype(kind)
            made = Part(x=frame)
        else:
            x, y = valid.x.copy(), valid.y.copy()
            y[from_train] = train.y[at[from_train]]
            x[from_train] = train.x[at[from_train]]
            if noise and x.dtype.kind == "u":
                jitter = rng.normal(0, 3, x.shape)
                x = np.clip(x + jitter, 0, 255).round().astype("uint8")
            made = Part(x=x, y=y)
        return replace(one, parts={**one.parts, "valid": made})

    return put


def other_form(one: RealSet, strength: int, _rng: Rng) -> RealSet | None:
    """Validation rows that were prepared otherwise."""
    train, valid = one.parts["train"], one.parts["valid"]
    if one.kind in TABLES:
        names = told_by(train.x)
        if len(names) < 2:
            return None
        frame = valid.x.copy()
        if strength == 0:
            frame[names[0]], frame[names[1]] = valid.x[names[1]], valid.x[names[0]]
        some = names[: 2 * strength]
        for name in some:  # scaled already, as the program scales it once more
            frame[name] = (valid.x[name] - train.x[name].mean()) / train.x[name].std()
        return replace(one, parts={**one.parts, "valid": Part(x=frame)})
    colours = valid.x.shape[-1] == 3
    changed = (
        valid.x[..., ::-1] if colours else np.swapaxes(valid.x, 1, 2),
        valid.x[:, ::-1],
        255 - valid.x,
    )[strength]
    return replace(one, parts={**one.parts, "valid": Part(x=changed, y=valid.y)})


def labels_of(one: RealSet, part: str) -> Array:
    """The targets of a part."""
    rows = one.parts[part]
    return (rows.x["target"].to_numpy() if one.kind in TABLES else rows.y).copy()


def with_labels(one: RealSet, part: str, y: Array) -> RealSet:
    """The set with other targets in one part."""
    rows = one.parts[part]
    made = Part(x=rows.x.assign(target=y)) if one.kind in TABLES else Part(x=rows.x, y=y)
    return replace(one, parts={**one.parts, part: made})


def renumbered(one: RealSet, strength: int, _rng: Rng) -> RealSet | None:
    """Classes of the validation have other numbers."""
    y = labels_of(one, "valid")
    classes = np.unique(labels_of(one, "train"))
    moved = classes[: (2, 3, len(classes))[strength]]
    if strength and len(classes) == 2:
        return None
    to = dict(zip(moved.tolist(), np.roll(moved, 1).tolist(), strict=True))
    return with_labels(one, "valid", np.array([to.get(int(one), int(one)) for one in y]))


def noise(one: RealSet, strength: int, rng: Rng) -> RealSet | None:
    """Labels of some rows are any other class."""
    made = one
    for part in ("train", "valid"):
        y = labels_of(one, part)
        classes = np.unique(y)
        wrong = rng.random(len(y)) < (0.1, 0.2, 0.35)[strength]
        step = rng.integers(1, len(classes), len(y))
        other = classes[(np.searchsorted(classes, y) + step) % len(classes)]
        made = with_labels(made, part, np.where(wrong, other, y))
    return made


def swapped(one: RealSet, strength: int, rng: Rng) -> RealSet | None:
    """Two classes are exchanged in a part of the rows."""
    made = one
    classes, counts = np.unique(labels_of(one, "train"), return_counts=True)
    a, b = classes[np.argsort(-counts)[:2]]
    for part in ("train", "valid"):
        y = labels_of(one, part)
        here = rng.random(len(y)) < (0.2, 0.35, 0.5)[strength]
        now = np.where(here & (y == a), b, np.where(here & (y == b), a, y))
        made = with_labels(made, part, now)
    return made


def parted(one: RealSet, strength: int, rng: Rng) -> RealSet | None:
    """Targets of other rows: moved on by one, or dealt anew in half of the rows or in all."""
    made = one
    for part in ("train", "valid"):
        y = labels_of(one, part)
        if strength == 1:
            y = np.roll(y, 1, axis=0)
        else:
            some = np.flatnonzero(rng.random(len(y)) < (0.5, 0, 1.0)[strength])
            y[some] = y[rng.permutation(some)]
        made = with_labels(made, part, y)
    return made


def out_of_order(one: RealSet, strength: int, rng: Rng) -> RealSet | None:
    """Rows of a series sorted by the text of their date, in blocks, or shuffled."""
    frame = one.parts["train"].x
    if strength == 0:
        order = np.concatenate(
            [block + np.argsort(rng.random(min(12, len(frame) - block)))
             for block in range(0, len(frame), 12)]
        )  # fmt: skip
    elif strength == 1:
        dates = pd.to_datetime(frame["date"], errors="coerce")
        if dates.isna().any() or len(np.unique(dates.dt.hour)) > 1:
            return None
        written = dates.map(lambda one: f"{one.day}/{one.month}/{one.year}")
        order = np.argsort(written.to_numpy(), kind="stable")
        frame = frame.assign(date=written)
    else:
        order = rng.permutation(len(frame))
    return replace(one, parts={**one.parts, "train": Part(x=frame.iloc[order])})


def shifted_masks(one: RealSet, strength: int, _rng: Rng) -> RealSet | None:
    """Masks lie some pixels beside the pictures; or left and right are exchanged."""

    def moved(part: Part) -> Part:
        if strength == 2:
            return Part(x=part.x, y=part.y[:, :, ::-1])
        step = (2, 4)[strength]
        return Part(x=part.x, y=np.roll(part.y, (step, step), axis=(1, 2)))

    return in_parts(one, moved)


def cut_short(one: RealSet, strength: int, _rng: Rng) -> RealSet | None:
    """Texts end after so many characters."""
    most = (50, 30, 16)[strength]
    return in_parts(
        one, lambda part: Part(x=np.array([t[:most] for t in part.x], dtype=object), y=part.y)
    )


def fault(
    name: str, put: Put, kinds: tuple[str, ...], named_by: str, *, judges: bool = False
) -> Fault:
    """A fault, by the rules that name it."""
    return Fault(
        name=name, put=put, kinds=kinds, named_by=frozenset(named_by.split()), judges=judges
    )


FAULTS = [
    fault("missing codes", _written_over(-999, (0.05, 0.15, 0.3)), TABLES, "missing-value-code"),
    fault("holes as zero", _written_over(0, (0.1, 0.3, 0.5)), TABLES, "missing-value-code"),
    fault("outliers", outliers, TABLES, "outlying-values"),
    fault("mixed units", units, TABLES, "mixed-units"),
    fault("text for numbers", words, TABLES, "values-lost-in-cast"),
    fault("constant column", stuck, TABLES, "constant-column"),
    fault("leaking column", leak, ("classes",), "leaking-column"),
    fault("row number", row_number, ("classes",), "leaking-column"),
    fault(
        "equal rows across the split",
        _copies(0.0),
        (*TABLES, "pictures"),
        "leaked-validation-rows",
        judges=True,
    ),
    fault(
        "near rows across the split",
        _copies(0.02),
        (*TABLES, "pictures"),
        "near-duplicate-validation-rows leaked-validation-rows",
        judges=True,
    ),
    fault(
        "validation in another form",
        other_form,
        (*TABLES, "pictures"),
        "validation-prepared-differently validation-rows-differ",
        judges=True,
    ),
    fault("classes renumbered", renumbered, WITH_CLASSES, "classes-numbered-apart", judges=True),
    fault("label noise", noise, WITH_CLASSES, "contradicted-labels"),
    fault(
        "labels swapped in part",
        swapped,
        WITH_CLASSES,
        "contradicted-labels classes-not-told-apart signal-not-found",
    ),
    fault(
        "targets parted from rows",
        parted,
        (*TABLES, "pictures", "texts"),
        "signal-not-found contradicted-labels rows-off-by-one",
    ),
    fault("order lost", out_of_order, ("series",), "rows-out-of-time-order signal-not-found"),
    fault("masks shifted", shifted_masks, ("masks",), "masks-beside-pictures"),
    fault("texts cut", cut_short, ("texts",), "texts-cut-short"),
]
