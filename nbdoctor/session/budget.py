"""How long nbdoctor takes of its own, and how that is shared out."""

from __future__ import annotations

WHOLE = 10.0
"""Seconds for everything beyond the first judgement: the look, the score, the data, the trials of
fixes and the experiment, in this order. Each takes what those before it have left."""

DATA = 5.0
"""Of these, seconds for reading rows once the cell has ended."""

FIRST_FIX = 0.5
"""This share of the whole is left to the trials where there is a fix to try: a copy without the fix
and one with it are made, traced and trained from a few seeds (2 to 4 s for a small model)."""

ON_REQUEST = 120.0
"""Seconds for what the reader asks for by a button: they wait, and can interrupt the kernel."""

SHARE_OF_TRAINING = 0.1
"""Whoever has waited long for a training can wait a little for its cause, up to `ON_REQUEST`."""

LEAST_FOR_EXPERIMENT = 4.0
"""Seconds: a search that named one part of a small model took 4 (median of 25 older programs)."""

FOR_EXPERIMENT = 5.0
"""Seconds that trials of fixes leave to it, where none has helped and more seeds are all that is
left to do: a trial under way takes a second or less."""

TRAININGS, TRACING, MOST_STEPS = 8, 1.0, 800
"""Trainings of a search that names one part, seconds until each has made its first step, and the
most steps that each makes."""


def seconds_of_experiment(step: float | None, planned: int | None) -> float:
    """Return about how long a search takes that names one part.

    Parameters
    ----------
    step : float or None
        Seconds of a step of the cell's own training, where they are known.
    planned : int or None
        Steps that the cell makes.
    """
    each = TRACING + (step or 0.0) * min(planned or MOST_STEPS, MOST_STEPS)
    return min(TRAININGS * each, ON_REQUEST)


def seconds_for(asked: float, trained: float, *, grows: bool) -> float:
    """Return the whole budget of one training.

    Parameters
    ----------
    asked : float
        Seconds.
    trained : float
        Seconds that the training took by itself.
    grows : bool
        It may grow with the training; not where the user has set it.
    """
    return max(asked, min(SHARE_OF_TRAINING * trained, ON_REQUEST)) if grows else asked
