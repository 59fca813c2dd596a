"""Turn the scores of copies into the result of a trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nbdoctor.rules.treatment import Trial
from nbdoctor.trials.comparison import Comparison, bounds, curve, outcome
from nbdoctor.trials.score import Metric, judged_rows, metric_of, row_scores
from nbdoctor.trials.training import Arm

Pair = tuple[list[Any], list[Any]]
"""Scores by row of an untreated and a treated copy of one seed, along their training."""


def comparison_of(
    pairs: Sequence[Pair], treated: Arm, *, of_one_training: bool = False
) -> Comparison:
    """Return the scores at the end of each pair of copies."""
    return Comparison(
        before=np.stack([before[-1] for before, _ in pairs]),
        after=np.stack([after[-1] for _, after in pairs]),
        of_one_training=of_one_training,
        of_all_rows=not treated.is_held_out,
    )


def compared(
    pairs: Sequence[Pair],
    by: Metric,
    treated: Arm,
    at: Sequence[int],
    *,
    of_one_training: bool = False,
) -> Trial:
    """Return what the scores of untreated and treated copies along their training prove."""
    of = comparison_of(pairs, treated, of_one_training=of_one_training)
    word, why = outcome(of, by.constant)
    (before, after), (low, high) = of.scores, bounds(of, word)
    return Trial(
        outcome=word,
        reason=why,
        score=by.name,
        before=before,
        after=after,
        low=low,
        high=high,
        constant=by.constant,
        seeds=len(pairs),
        agreeing=of.agreeing,
        steps=treated.steps,
        rows=of.after.shape[1],
        held_out=treated.is_held_out,
        at=tuple(at),
        as_it_is=curve([[one.mean() for one in before] for before, _ in pairs]),
        treated=curve([[one.mean() for one in after] for _, after in pairs]),
    )


def trains_now(treated: Arm, seeds: int) -> Trial:
    """Return what copies prove whose untreated ones raise, after their training from some seeds."""
    runs = [treated.run(seed) for seed in range(seeds)]
    labels = judged_rows(treated)
    by = metric_of(labels, treated)
    if not all(run.finite for run in runs):
        return Trial(outcome="no effect", reason="the loss is NaN or infinite", steps=treated.steps)
    scores = [row_scores(by, labels, treated, run.predictions) for run in runs]
    return Trial(
        outcome="helps",
        reason="without the fix the cell stops with an error",
        score=by.name,
        after=float(np.stack([one[-1] for one in scores]).mean()),
        constant=by.constant,
        seeds=len(runs),
        agreeing=len(runs),
        steps=treated.steps,
        rows=len(labels),
        held_out=treated.is_held_out,
        at=treated.at,
        treated=curve([[part.mean() for part in one] for one in scores]),
    )
