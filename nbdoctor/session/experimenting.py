"""Whether the cause is looked for by replacing parts of the program, and when.

A program that has learned costs nothing. The rest is decided by the score of the trained model,
beside that of simple models, and by what the trials of fixes have reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from nbdoctor.readings.attained import Attained
from nbdoctor.readings.missing import Missing, does_not_apply, no_time, not_measured
from nbdoctor.report import Fix, Trial
from nbdoctor.rules.experiment import LEARNED
from nbdoctor.rules.figures import score_figure

Wanted = Literal["where needed", "always", "never"]
"""What the options ask for."""

When = Literal["at once", "by button", "not at all"]

LEFT_OUT = does_not_apply("it was left out by an option")
NO_TIME = no_time("there was no time for it; `--experiment` with a larger `--budget` has some")
NOT_PROVED = does_not_apply(
    "nothing proves that the model could do better; `--experiment` finds out by trying"
)


@dataclass(frozen=True, slots=True)
class Decision:
    """When to begin, and what is said as long as it has not begun."""

    when: When
    why: Missing


def decided(
    wanted: Wanted,
    attained: Attained | None,
    missing: Mapping[type[Any], Missing],
    fix: Fix | None = None,
) -> Decision:
    """Return whether to begin.

    At once where the model is clearly worse than simple models, or hardly better than a constant,
    and no fix has mended that. Where neither is proved nor refuted, a button is offered.

    Parameters
    ----------
    wanted : str
    attained : Attained or None
    missing : mapping of type to Missing
        Why there is no score.
    fix : Fix or None
        What helped most of what was tried.
    """
    if wanted == "never":
        return Decision("not at all", LEFT_OUT)
    if wanted == "always":
        return Decision("at once", NO_TIME)
    if attained is None:
        unknown = not_measured("the trained model has no score")
        return Decision("not at all", missing.get(Attained, unknown))
    if why := _no_need(attained, fix.treatment.trial if fix is not None else None):
        return Decision("not at all", does_not_apply(why))
    if attained.has_gap or attained.may_be_chance:
        return Decision("at once", NO_TIME)
    return Decision("by button", NOT_PROVED)


def _no_need(attained: Attained, trial: Trial | None) -> str:
    """Why there is nothing to look for, "" where there may be."""
    if attained.score >= LEARNED:
        return f"the trained model has a score of {score_figure(attained.score)}"
    if attained.is_close:
        return "the trained model does about as well as simple models"
    if trial is not None and reaches(trial, attained):
        return "the fix that was tried does about as well as simple models"
    return ""


def reaches(trial: Trial, attained: Attained) -> bool:
    """Whether a treated copy does as well as simple models, or where these tell nothing, well."""
    if trial.outcome != "helps" or trial.after is None or trial.constant is None:
        return False
    score = (trial.after - trial.constant) / max(1 - trial.constant, 1e-9)
    wanted = attained.ceiling if attained.tells and attained.ceiling is not None else LEARNED
    return score > min(wanted, LEARNED) - attained.margin
