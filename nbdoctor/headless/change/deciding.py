"""What the scores of two sides prove."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from nbdoctor.headless.change.answer import Verdict
from nbdoctor.trials.comparison import LOOKS, Comparison, bounds, outcome
from nbdoctor.trials.judging import are_told_by
from nbdoctor.trials.score import Metric

Array = npt.NDArray[Any]
Answer = Mapping[str, Any]

Relation = Literal["same", "rearranged", "different"]
"""Of the rows of two sides. "same": row by row, prepared in another way perhaps; "rearranged": the
same inputs and the same labels, paired in another way; "different": other rows, or other labels."""

TELLS = 0.3
"""Rows of which neither side learns so much cannot judge: their labels may belong to others."""

OWN_ROWS = (
    "the change is {ours} by the rows as they are and {theirs} by the rows as changed, and no "
    "score says which of these are right; `--judge-on` decides it by rows that you trust"
)
AS_PAIRED = "the change pairs the same inputs and labels in another way, so each has its own pairs"
CANNOT_JUDGE = "no rows can judge both"
WORDS: Mapping[str, Verdict] = {
    "helps": "better",
    "no effect": "no different",
    "worse": "worse",
    "undecided": "undecided",
}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A verdict, with what it rests on.

    Attributes
    ----------
    verdict, why, effect, low, high, seeds, agreeing
        As in `Change`.
    best : float
        The score of the better side.
    is_final : bool
        Further seeds need not confirm it.
    """

    verdict: Verdict
    why: str = ""
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    seeds: int = 0
    agreeing: int = 0
    best: float = 0.0
    is_final: bool = False


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A run of the cell as it is and one of a changed cell, from the same seed.

    Attributes
    ----------
    ours, theirs : mapping of str
        Answers, each on its own rows.
    by_ours, by_theirs : tuple of (mapping of str, mapping of str) or None
        Both on the rows of one side that the other has not trained on, where these are not the
        same rows.
    """

    ours: Answer
    theirs: Answer
    by_ours: tuple[Answer, Answer] | None = None
    by_theirs: tuple[Answer, Answer] | None = None


def relation_of(ours: Path, theirs: Path) -> Relation:
    """How the rows of two sides relate to each other."""
    (x, y), (other_x, other_y) = _arrays(ours), _arrays(theirs)
    if len(y) == len(other_y) and all(map(_are_named_alike, y, other_y)):
        return "same"
    alike = len(x) == len(other_x) and len(y) == len(other_y)
    if not (alike and all(map(_hold_the_same, [*x, *y], [*other_x, *other_y]))):
        return "different"
    return (
        "same" if np.allclose(_pairs(x, y), _pairs(other_x, other_y), rtol=1e-4) else "rearranged"
    )


def _arrays(path: Path) -> tuple[list[Array], list[Array]]:
    with np.load(path, allow_pickle=False) as file:
        names = sorted(file.files)
        x, y = ([file[name] for name in names if name[:1] == kind] for kind in "xy")
    return x, y


def _are_named_alike(ours: Array, theirs: Array) -> bool:
    """Whether labels are the same, or each of ours tells which of theirs its row has."""
    if ours.shape == theirs.shape and np.array_equal(ours, theirs):
        return True
    if ours.size == theirs.size and np.array_equal(ours.ravel(), theirs.ravel()):
        return True
    if any(one.dtype.kind not in "biuf" for one in (ours, theirs)):
        return False
    kind = "classes" if len(np.unique(ours)) <= len(ours) // 2 else "numbers"
    return are_told_by(ours, theirs, Metric(kind=kind, name="", constant=0.0))


def _pairs(x: Sequence[Array], y: Sequence[Array]) -> Array:
    """The sums of inputs and labels of each row, rows in an order that is theirs alone."""
    sums = np.stack([_sums(one) for one in (*x, *y)], axis=1)
    ordered: Array = sums[np.lexsort(sums.T[::-1])]
    return ordered


def _sums(rows: Array) -> Array:
    found: Array = rows.reshape(len(rows), -1).sum(axis=1, dtype="float64")
    return found


def _hold_the_same(ours: Array, theirs: Array) -> bool:
    """Whether both hold the same rows in another order, or turned over: by their sums."""
    if ours.shape != theirs.shape or any(one.dtype.kind not in "biuf" for one in (ours, theirs)):
        return False
    sums = [np.sort(_sums(one)) for one in (ours, theirs)]
    return bool(np.allclose(sums[0], sums[1], rtol=1e-4, atol=1e-6))


def decided(pairs: Sequence[Pair], relation: Relation) -> Decision:
    """The verdict on a change.

    Parameters
    ----------
    pairs : sequence of Pair
        By seed.
    relation : str
    """
    stopped = _stopped(pairs)
    if stopped is not None:
        return stopped
    all_rows = not pairs[0].ours["held_out"]
    own = _compared([(one.ours, one.theirs) for one in pairs], all_rows=all_rows)
    if relation == "same" or own is None:
        return own or Decision(verdict="no score", why=CANNOT_JUDGE, is_final=True)
    if relation == "rearranged":
        return _with_reason(own, AS_PAIRED)
    none: tuple[None, None] = (None, None)
    on_ours = _compared([one.by_ours or none for one in pairs], all_rows=all_rows)
    on_theirs = _compared([one.by_theirs or none for one in pairs], all_rows=all_rows)
    if on_ours is None or on_theirs is None:
        return Decision(verdict="no score", why=CANNOT_JUDGE, is_final=True)
    return _of_both(on_ours, on_theirs)


def _stopped(pairs: Sequence[Pair]) -> Decision | None:
    """Where one of them raises or cannot be scored there is nothing to compare."""
    ours, theirs = pairs[0].ours, pairs[0].theirs
    if "score" in ours and "score" in theirs:
        return None
    if "score" in theirs and _fails(ours):
        why = f"the cell as it is {_failure(ours)}, and the changed one trains"
        return Decision(verdict="better", why=why, seeds=1, is_final=True)
    if _fails(theirs) and "score" in ours:
        why = f"the changed cell {_failure(theirs)}"
        return Decision(verdict="worse", why=why, seeds=1, is_final=True)
    why = ours.get("unscored") or theirs.get("unscored") or _failure(ours)
    return Decision(verdict="no score", why=why, is_final=True)


def _fails(answer: Answer) -> bool:
    return answer["outcome"] in {"raised", "timed out", "died"} and "score" not in answer


def _failure(answer: Answer) -> str:
    match answer["outcome"]:
        case "raised":
            line = f" on line {answer['line']}" if answer.get("line") else ""
            return f"raises {answer['error']}{line}"
        case "timed out":
            return "does not end within the time for a run"
        case "died":
            return "ends its process"
    return str(answer.get("unscored", "has no score"))


def _compared(pairs: Sequence[tuple[Answer | None, Answer | None]], *, all_rows: bool) -> Any:
    """The decision by some rows; None where a side cannot be scored by them."""
    known = [(ours, theirs) for ours, theirs in pairs if ours and theirs]
    if len(known) < len(pairs) or any("parts" not in one for pair in known for one in pair):
        return None
    width = min(len(one["parts"]) for pair in known for one in pair)
    before, after = (np.array([_cut(pair[at]["parts"], width) for pair in known]) for at in (0, 1))
    of = Comparison(before=before, after=after, of_all_rows=all_rows)
    found, why = outcome(of, 0.0)
    low, high = bounds(of, found)
    is_known = of.seeds > 1
    return Decision(
        verdict=WORDS[found],
        why=why,
        effect=of.gain,
        low=low if is_known else None,
        high=high if is_known else None,
        seeds=of.seeds,
        agreeing=of.agreeing,
        best=max(of.scores),
        is_final=of.seeds in LOOKS and found != "undecided",
    )


def _cut(parts: Sequence[float], width: int) -> list[float]:
    """As many parts; their mean stays."""
    if len(parts) == width:
        return list(parts)
    return [float(np.mean(parts))] * width


def _of_both(ours: Decision, theirs: Decision) -> Decision:
    """By the rows of both sides, as far as these tell anything: both have to say the same."""
    telling = [one for one in (ours, theirs) if one.best >= TELLS]
    is_final = ours.is_final and theirs.is_final
    if len(telling) == 1:
        rows = "the rows as they are" if telling[0] is ours else "the rows as changed"
        return _with_reason(telling[0], f"judged by {rows}; nothing is learned of the others")
    if ours.verdict == theirs.verdict:
        return replace(ours, is_final=is_final)
    return replace(
        ours,
        verdict="undecided",
        why=OWN_ROWS.format(ours=ours.verdict, theirs=theirs.verdict),
        is_final=is_final,
    )


def _with_reason(of: Decision, why: str) -> Decision:
    return replace(of, why=of.why or why)
