"""Score what a network predicts that was trained on labels in one of their forms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.experiment.objective import NUMBERS
from nbdoctor.experiment.rows import scale_of_labels
from nbdoctor.readings.score import score
from nbdoctor.readings.task import NotScorableError, Task

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Answers:
    """Predictions by a last layer that was trained on labels in one of their forms.

    Attributes
    ----------
    values : array
    logits : bool
    own_labels : bool
        They were trained on raw labels, and not on class numbers or scaled numbers.
    """

    values: Array
    logits: bool
    own_labels: bool

    def score(self, task: Task, judge: Array) -> float:
        """Score them on the rows that judge; 0 where their shape is none of an answer."""
        judged, out = task.of(judge), self.values
        if judged.kind in NUMBERS and not self.own_labels and out.size == judged.truth.size:
            centre, spread = scale_of_labels(task)
            out = out.reshape(judged.truth.shape) * spread + centre
        if judged.kind in {"classes", "bits"}:
            judged = replace(judged, logits=self.logits)
        if judged.kind in {"classes", "distances"} and not self.own_labels:
            judged = replace(judged, values=np.arange(len(judged.values), dtype="float64"))
        try:
            return score(judged, out, by_value=self.own_labels)
        except NotScorableError:
            return 0.0
