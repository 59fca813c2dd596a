"""How a cell makes classes of what its models predict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nbdoctor.capture.uses import Use, Uses
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.decided import Axis, Decided, decided
from nbdoctor.readings.given import Namespace
from nbdoctor.readings.head import loss_facts
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One place where predictions become classes, with what `predict` has returned there.

    Attributes
    ----------
    by : str
        "argmax" or "threshold".
    line : int
    text : str
        As written.
    shape : tuple of int
        Of the predictions, rows first.
    axis : int or "all"
        That the largest is taken over, counted from 0; "all" where the whole array is searched.
    names_classes : bool
        What becomes of it says that it is one class for each row.
    logits : bool
        The loss of the model takes logits.
    low, high : float
        Of the predictions.
    between : float
        Share of them that lie between 0 and one half.
    """

    by: Literal["argmax", "threshold"]
    line: int
    text: str
    shape: tuple[int, ...]
    axis: Axis = -1
    names_classes: bool = False
    logits: bool = False
    low: float = 0.0
    high: float = 1.0
    between: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """All of them."""

    decisions: tuple[Decision, ...]


@reading(
    "what is made of the predictions",
    when=Moment.CELL_ENDED | Moment.CELL_STOPPED,
    missing=does_not_apply("the cell makes no classes of what `predict` returns"),
    once=True,
)
def decisions_of_cell(cell: Cell, uses: Uses, namespace: Namespace) -> Decisions | None:
    """Where the text takes the largest column or compares with one half; nothing is called."""
    if cell.unread or not any(one.by == "predict" for one in uses.passes):
        return None
    found = tuple(read_decisions(decided(cell.tree, namespace), uses.passes))
    return Decisions(decisions=found) if found else None


def read_decisions(places: Iterator[Decided], passes: Sequence[Use]) -> Iterator[Decision]:
    """The places whose predictions were seen as they were made."""
    for place in places:
        seen = [
            one
            for one in passes
            if one.by == "predict" and one.put_out is not None and one.line is not None
            if place.first <= one.line <= place.last
        ]
        if not seen:
            continue
        use = max(seen, key=lambda one: one.put_out.shape[0])  # type: ignore[union-attr]
        put_out = use.put_out
        assert put_out is not None  # noqa: S101  (chosen so)
        rank = len(put_out.shape)
        yield Decision(
            by=place.by,
            line=place.line,
            text=place.text,
            shape=put_out.shape,
            axis=place.axis if place.axis == "all" else place.axis % rank,
            names_classes=place.names_classes,
            logits=_takes_logits(use.model() if use.model is not None else None),
            low=put_out.low,
            high=put_out.high,
            between=put_out.between,
        )


def _takes_logits(model: Any) -> bool:
    return bool(loss_facts(getattr(model, "loss", None)).get("from_logits"))
