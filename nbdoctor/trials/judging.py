"""Which rows judge the untreated and the treated copies of a trial, and by which labels.

A treatment of the model leaves the rows alone: those that are held back judge both. One of the data
may change rows, their labels, their order and their number. Then it depends on what is left:

- The labels are the same, row for row: each copy is judged by these rows as its cell prepares them.
- Each label has another name, or two have become one: the same, by its own labels.
- The treatment says how rows look where the model is used: such rows judge the untreated copies.
- All else: the rows of the treated cell judge both copies. The untreated ones are judged by their
  own rows as well, and the better score counts: rows that only look different prove nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nbdoctor.rules.treatment import Trial
from nbdoctor.trials.comparison import LEAST
from nbdoctor.trials.copying.case import Judging
from nbdoctor.trials.outcomes import Pair
from nbdoctor.trials.refusal import refuse
from nbdoctor.trials.score import (
    Metric,
    are_renamed,
    judged_rows,
    metric_of,
    row_scores,
)
from nbdoctor.trials.training import Arm

EACH_LABEL = 5
"""Rows of each label, on average: with fewer, one label goes with one other by chance."""

SAME_ORDER = 0.999
"""Rank correlation of numbers that were only given in other units or on another scale."""

AS_USED = "the copy without the fix is judged by rows as they are where the target is not known yet"

ONE_CLASS = (
    "the copy without the fix is judged by the rows that judge the other one, since its own are "
    "all of one class"
)

OWN_LABELS = "each copy is judged by the labels of its cell, which the fix changes"

FEWER_CLASSES = "it leaves fewer classes to tell apart, and that alone raises the score as much"


@dataclass(frozen=True)
class Judged:
    """How the copies of two arms are judged.

    Attributes
    ----------
    by : Metric
    ours, theirs : array
        Labels of the judging rows of the untreated and of the treated copies.
    renames : bool
        Whether `theirs` are `ours` by other names, of which there may be fewer.
    others : Judging or None
        Rows that judge the untreated copies as well.
    instead : str
        Why those alone judge them, "" where they do not.
    """

    by: Metric
    ours: Any
    theirs: Any
    renames: bool = False
    others: Judging | None = None
    instead: str = ""


def judged_alike(control: Arm, treated: Arm, as_used: Judging | None = None) -> Judged:
    """Return how untreated and treated copies are judged.

    Parameters
    ----------
    control, treated : Arm
    as_used : Judging, optional
        The rows as they are where the model is used, if these are others than those that the
        untreated copies know.

    Raises
    ------
    UntriedError
        Their labels have nothing in common.
    """
    ours, theirs = judged_rows(control), judged_rows(treated)
    by = metric_of(theirs, control, treated)
    if treated.recipe.restores_labels and len(ours) == len(theirs):
        ours = theirs  # what the labels were is true of both
    if metric_of(ours, control, treated).kind != by.kind:
        if not are_renamed(ours, theirs):
            refuse("the fix changes the labels so that no score fits both copies")
        ours = theirs
    judged = Judged(by, ours, theirs)
    if as_used is not None:
        if not np.array_equal(as_used.labels, theirs):
            refuse("the fix changes which rows there are, so no rows judge both copies")
        return replace(judged, others=as_used, instead=AS_USED)
    if not treated.recipe.plan.whole or np.array_equal(ours, theirs):
        return judged
    if are_told_by(ours, theirs, by):
        return replace(judged, renames=True)
    _require_like(control.judging, treated.judging)
    alone = by.kind != "numbers" and len(np.unique(_class_numbers(ours))) == 1
    return replace(judged, others=treated.judging, instead=ONE_CLASS if alone else "")


def are_told_by(ours: Any, theirs: Any, by: Metric) -> bool:
    """Whether each of our labels tells which of theirs its row has: the rows are the same ones."""
    if len(ours) != len(theirs):
        return False
    if by.kind == "numbers":
        alike = ours.shape == theirs.shape and ours.size > 1
        return alike and abs(_rank_correlation(ours.ravel(), theirs.ravel())) >= SAME_ORDER
    named = [_class_numbers(one) for one in (ours, theirs)]
    if named[0].shape != named[1].shape:
        return False
    pairs = np.unique(np.stack(named), axis=1).shape[1]
    kinds = len(np.unique(named[0]))
    return bool(pairs == kinds and kinds * EACH_LABEL <= named[0].size)


def _class_numbers(labels: Any) -> Any:
    one_hot = labels.ndim > 1 and labels.shape[-1] > 1 and np.all(labels.sum(axis=-1) == 1)
    return (labels.argmax(axis=-1) if one_hot else labels).ravel()


def _rank_correlation(one: Any, other: Any) -> float:
    """Return Spearman's rank correlation; equal numbers share their mean rank."""
    ranks = []
    for values in (one, other):
        _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
        ranks.append((np.cumsum(counts) - counts / 2)[place])
    if any(np.ptp(each) == 0 for each in ranks):
        return 0.0
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _require_like(ours: Judging, theirs: Judging) -> None:
    """Refuse rows of another form, which the untreated copies cannot predict."""
    import keras

    shapes = [
        [tuple(one.shape[1:]) for one in keras.tree.flatten(each.inputs)] for each in (ours, theirs)
    ]
    if shapes[0] != shapes[1]:
        refuse("the fix changes which rows there are and their form, so no rows judge both copies")


@dataclass
class Course:
    """The scores of pairs of copies, along their training.

    Attributes
    ----------
    judged : Judged
    control, treated : Arm
    shared, at : sequence of int
        Steps after which the scores of the untreated and of the treated copies are compared.
    """

    judged: Judged
    control: Arm
    treated: Arm
    shared: Sequence[int]
    at: Sequence[int]
    own: list[list[Any]] = field(default_factory=list)
    elsewhere: list[list[Any]] = field(default_factory=list)
    after: list[list[Any]] = field(default_factory=list)

    def go_on(self, seed: int) -> None:
        """Train and judge a copy of each kind from a seed."""
        judged, run = self.judged, self.control.run(seed)
        if not judged.instead:
            own = row_scores(judged.by, judged.ours, self.control, run.predictions)
            self.own.append(_at(self.shared, self.control, own))
        if judged.others is not None:
            other = row_scores(judged.by, judged.theirs, self.control, run.elsewhere)
            self.elsewhere.append(_at(self.shared, self.control, other))
        found = self.treated.run(seed).predictions
        after = row_scores(judged.by, judged.theirs, self.treated, found)
        self.after.append(_at(self.at, self.treated, after))

    @property
    def pairs(self) -> list[Pair]:
        """The scores by row, of the rows on which the untreated copies do better."""
        before = self.own
        if self.judged.instead or (self.elsewhere and _last(self.elsewhere) > _last(self.own)):
            before = self.elsewhere
        return list(zip(before, self.after, strict=True))

    def told(self, trial: Trial) -> Trial:
        """Return the result with what is to be said of the rows, and without gains by chance."""
        if self.judged.instead:
            return replace(trial, reason=trial.reason or self.judged.instead)
        if not self.judged.renames or trial.before is None or trial.after is None:
            return trial
        judged = self.judged
        chance = [_by_chance(judged.by, one) for one in (judged.ours, judged.theirs)]
        before, after = (
            (score - least) / max(1 - least, LEAST)
            for score, least in zip((trial.before, trial.after), chance, strict=True)
        )
        if trial.outcome == "helps" and after - before <= LEAST:
            return replace(trial, outcome="no effect", reason=FEWER_CLASSES)
        return replace(trial, reason=trial.reason or OWN_LABELS)


def _by_chance(by: Metric, labels: Any) -> float:
    """Return what the best constant prediction of these labels scores."""
    if by.kind == "numbers":
        return 0.0
    counts = np.unique(_class_numbers(labels), return_counts=True)[1]
    if by.name.startswith("balanced"):
        return 1.0 / len(counts)
    return float(counts.max() / counts.sum())


def _last(scores: Sequence[Sequence[Any]]) -> float:
    return float(np.mean([one[-1].mean() for one in scores]))


def _at(steps: Sequence[int], arm: Arm, scores: list[Any]) -> list[Any]:
    """Return the scores after these steps."""
    return [scores[arm.at.index(step)] for step in steps]
