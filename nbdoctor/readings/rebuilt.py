"""A model that each turn of a loop builds anew and trains."""

from __future__ import annotations

from dataclasses import dataclass

from nbdoctor.capture.calls import FitCall
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.rebuilding import RebuiltModel, rebuilt_model
from nbdoctor.readings.given import FitsOfCell
from nbdoctor.readings.missing import Missing, NotTakenError, does_not_apply
from nbdoctor.readings.reading import Moment, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """The fits of one line, each of a model of its own.

    Attributes
    ----------
    loop : RebuiltModel
        As the cell writes it.
    fits : int
        How often the line has trained.
    models : int
        Different models that it has trained.
    keeps : bool
        A callback may have saved something of them.
    shows : bool
        `fit` prints its progress.
    losses : tuple of float
        The last training loss of each fit, in order, as far as it is known.
    """

    loop: RebuiltModel
    fits: int
    models: int
    keeps: bool = False
    shows: bool = True
    losses: tuple[float, ...] = ()


@reading(
    "the fits of the cell",
    when=Moment.CELL_ENDED,
    missing=Missing(kind="too early", reason="the cell has not ended"),
)
def rebuilt_by_cell(cell: Cell, call: FitCall, fits: FitsOfCell) -> Rebuilt:
    """What became of the models that this line has trained in a loop that builds them."""
    alike = [one for one in fits if one.line == call.line and call.line is not None]
    if len(alike) < 2 or alike[0].number != call.number:  # noqa: PLR2004  (told once, by the first)
        raise NotTakenError(does_not_apply("no line of the cell trains more than once"))
    loop = rebuilt_model(cell.tree, call.line)
    if loop is None:
        raise NotTakenError(does_not_apply("no loop builds the models that it trains"))
    there = [id(model) for one in alike if (model := one.model()) is not None]
    return Rebuilt(
        loop=loop,
        fits=len(alike),
        models=len(alike) - len(there) + len(set(there)),
        keeps=any(one.keeps for one in alike),
        shows=any(one.shows for one in alike),
        losses=tuple(one.loss for one in alike if one.loss is not None),
    )
