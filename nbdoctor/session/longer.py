"""Look longer at what there was no time for, on what is still at hand: nothing is run again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbdoctor.capture.data import Rows
from nbdoctor.capture.summary import Summary, summary_of_rows
from nbdoctor.look.checksum import digest_of_weights
from nbdoctor.readings.missing import not_measured
from nbdoctor.readings.reading import Moment

if TYPE_CHECKING:
    from nbdoctor.session.examination import Examination

AT_THE_END = Moment.TRAINED | Moment.LOOP_ENDED | Moment.CELL_ENDED
"""Moments whose readings are taken from the trained model and from the data."""

MODEL_CHANGED = not_measured(
    "the model is no longer as the cell left it; `%%diagnose --budget 60` on the cell has more time"
)
ROWS_CHANGED = not_measured(
    "the data is no longer as the cell left it; `%%diagnose --budget 60` on the cell has more time"
)


@dataclass(frozen=True, slots=True)
class AsLeft:
    """The model and the rows as the cell left them, in a few numbers.

    Attributes
    ----------
    weights : str
        Checksum of the variables, "" where the model is gone.
    rows : Summary
    """

    weights: str = ""
    rows: Summary = ()

    @classmethod
    def of(cls, examination: Examination) -> AsLeft:
        """As they are now."""
        model = examination.subject.model
        rows = examination.subject.given().get(Rows)
        return cls(
            digest_of_weights(model) if model is not None else "",
            summary_of_rows(rows) if rows is not None and not rows.is_empty else (),
        )


def is_short_of_time(of: Examination) -> bool:
    """Whether something was left out that can still be measured."""
    return bool(of.readings.out_of_time(AT_THE_END)) and of.subject.model is not None


def look_longer(of: Examination, ends: float) -> None:
    """Measure what was left out, until `ends` (by `time.perf_counter`)."""
    wanted = of.readings.out_of_time(AT_THE_END)
    of.progress.goes_on(ends)
    with of.working_on_copies("looking longer"):
        now = of.readings.attempt("the model as it is", lambda: AsLeft.of(of))
        if now is None or of.left is None or now.weights != of.left.weights:
            of.readings.lack(wanted, MODEL_CHANGED)
        elif repr(now.rows) != repr(of.left.rows):  # NaN differs from itself
            of.readings.lack(wanted, ROWS_CHANGED)
        else:
            of.measure_at_end(ends, wanted)
    of.publish(draw=True)
