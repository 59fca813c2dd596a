"""What the losses of two networks that are trained against each other want of a score."""

from __future__ import annotations

from dataclasses import dataclass

from nbdoctor.look.holders import name_of_part
from nbdoctor.look.look import Look
from nbdoctor.readings.given import Namespace
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class RivalNetworks:
    """A network that makes rows, and one that scores them and the rows of the batch.

    Attributes
    ----------
    maker, judge : str
        By the user's names.
    maker_of_made, judge_of_made, judge_of_given : float
        Slope of the loss of each by the scores of rows that were made, and of the judge's loss by
        the scores of rows that came with the batch: below 0 where the loss wants higher scores.
    """

    maker: str
    judge: str
    maker_of_made: float
    judge_of_made: float
    judge_of_given: float

    @property
    def judge_tells_apart(self) -> bool:
        """Whether the judge's loss wants other scores of made rows than of given ones."""
        return self.judge_of_made * self.judge_of_given < 0

    @property
    def want_the_same(self) -> bool:
        """Whether both losses want the scores of made rows to move in one direction."""
        return self.maker_of_made * self.judge_of_made > 0


@reading(
    "networks that are trained against each other",
    when=Moment.FURTHER_STEPS | Moment.LOOP_SEEN,
    missing=does_not_apply("no network in the step scores what another one makes"),
)
def rival_networks(look: Look, namespace: Namespace) -> RivalNetworks | None:
    """Those of a traced step of the user's own."""
    found = look.first.rivalry
    maker, judge = (found.maker(), found.judge()) if found is not None else (None, None)
    if found is None or maker is None or judge is None:
        return None
    return RivalNetworks(
        maker=name_of_part(maker, look.model, namespace),
        judge=name_of_part(judge, look.model, namespace),
        maker_of_made=found.maker_of_made,
        judge_of_made=found.judge_of_made,
        judge_of_given=found.judge_of_given,
    )
