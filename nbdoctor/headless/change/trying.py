"""`nbdoctor.try_change`: the cell as it is against changed ones, over several seeds."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean

from nbdoctor.headless.change.answer import Attempt, Change, FindingOfSide, Side
from nbdoctor.headless.change.course import AS_IT_IS, Course, Tell, nobody
from nbdoctor.headless.change.options import Trying
from nbdoctor.headless.change.runs import CannotRunError, Runs
from nbdoctor.headless.reading import CannotReadError, Notebook, read_notebook

ORIGINS = {
    "validation": "validation rows",
    "held back": "rows that were held back from training",
    "training": "rows that trained",
    "given": "rows that were given",
}


class CannotTryError(Exception):
    """Nothing can be tried; the message says why, and what to do."""


def try_change(
    notebook: str | Path,
    cell: int | str,
    changes: Mapping[str, str],
    *,
    how: Trying | None = None,
    tell: Tell = nobody,
) -> Attempt:
    """Train a cell as it is and as changed, and score both by predictions on the same rows.

    A copy of the notebook is run up to the cell in a process of its own; no file of it is changed
    by nbdoctor. What its cells write they write again.

    Parameters
    ----------
    notebook : str or Path
    cell : int or str
        Its number from 1, all cells counted, or its id.
    changes : mapping of str to str
        The text of each changed cell, by what it is called.
    how : Trying, optional
    tell : callable, optional
        See `Tell`.

    Returns
    -------
    Attempt

    Raises
    ------
    CannotTryError
        There is no such notebook or cell, or a cell above it raises.

    Examples
    --------
    >>> tried = try_change("train.ipynb", 4, {"lower rate": changed})  # doctest: +SKIP
    >>> print(tried)  # doctest: +SKIP
    """
    began = time.perf_counter()
    how, path = how or Trying(), Path(notebook)
    if not changes:
        message = "There is no changed cell to try. Give at least one."
        raise CannotTryError(message)
    if how.judge_on is not None:
        _check_given(how.judge_on)
    try:
        read = read_notebook(path, str(notebook))
    except CannotReadError as error:
        raise CannotTryError(str(error)) from error
    number, source, above = _found(read, cell)
    folder = path.parent.resolve()
    try:
        with Runs(above, folder, how.timeout) as runs:
            course = Course(runs, {AS_IT_IS: source, **changes}, how, tell, began)
            course.all_seeds()
    except CannotRunError as error:
        raise CannotTryError(str(error)) from error
    return _attempt(course, str(notebook), number, above)


def notice(above: Sequence[int]) -> str:
    """What is said before: which cells run again."""
    if not above:
        return "The cell is run in a process of its own; what it writes to files it writes again."
    cells = f"cell {above[0]}" if len(above) == 1 else f"cells {above[0]} to {above[-1]}"
    return (
        f"Run again in a process of its own: {cells}, and the cell itself, several times. What "
        "they write to files they write again."
    )


def cells_above(notebook: str | Path, cell: int | str) -> list[int]:
    """The numbers of the cells that run again before this one.

    Raises
    ------
    CannotTryError
    """
    try:
        read = read_notebook(Path(notebook), str(notebook))
    except CannotReadError as error:
        raise CannotTryError(str(error)) from error
    return [number for number, _ in _found(read, cell)[2]]


def _found(read: Notebook, cell: int | str) -> tuple[int, str, list[tuple[int, str]]]:
    """Number and text of the cell, and those of the code cells above it."""
    cells = list(enumerate(read.node.cells, start=1))
    code = [(number, one) for number, one in cells if one.cell_type == "code"]
    for number, one in code:
        if cell in {number, str(number), one.get("id")}:
            above = [(at, str(other.source)) for at, other in code if at < number]
            return number, str(one.source), [one for one in above if one[1].strip()]
    known = ", ".join(str(number) for number, _ in code)
    message = (
        f"`{read.shown}` has no code cell {cell}. Its code cells, all cells counted from 1, are "
        f"{known or 'none'}; an id does as well."
    )
    raise CannotTryError(message)


def _check_given(path: Path) -> None:
    import numpy as np

    message = (
        f"`{path}` cannot judge: it has to be an .npz file of NumPy with the arrays `x` and `y` of "
        "one length, as by `np.savez(path, x=x_test, y=y_test)`."
    )
    try:
        with np.load(path, allow_pickle=False) as file:
            if len(file["x"]) == len(file["y"]):
                return
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotTryError(message) from error
    raise CannotTryError(message)


def _attempt(of: Course, notebook: str, number: int, above: Sequence[tuple[int, str]]) -> Attempt:
    """All of it, as data."""
    as_it_is = _side(of, AS_IT_IS)
    names = [name for name in of.sources if name != AS_IT_IS]
    first = next((one for answers in of.answers.values() for one in answers if "score" in one), {})
    origin = ORIGINS.get(first.get("origin", ""), "")
    return Attempt(
        notebook=notebook,
        cell=number,
        as_it_is=as_it_is,
        changes=tuple(_change(of, name, as_it_is) for name in names),
        kind=first.get("kind", ""),
        rows=first.get("rows", 0),
        judged_by=origin,
        notes=tuple(_notes(of, above)),
        seconds=time.perf_counter() - of.began,
    )


def _side(of: Course, name: str) -> Side:
    answers = of.answers[name]
    first = answers[0] if answers else {}
    scores = [one["score"] for one in answers if "score" in one]
    curves = [one["curve"] for one in answers if one.get("curve")]
    return Side(
        name=name,
        score=fmean(scores) if scores else None,
        scores=tuple(scores),
        steps=first.get("steps", 0),
        cut=first.get("outcome") == "cut",
        curve=tuple(
            (int(points[0][0]), fmean(point[1] for point in points))
            for points in zip(*curves, strict=False)
        ),
        findings=tuple(FindingOfSide(**one) for one in first.get("findings", ())),
        error=str(first.get("error", "")),
        line=first.get("line"),
        seconds=fmean(one.get("seconds", 0.0) for one in answers) if answers else 0.0,
    )


def _change(course: Course, name: str, as_it_is: Side) -> Change:
    side, of = _side(course, name), course.decisions[name]
    ours = {one.rule for one in as_it_is.findings}
    theirs = {one.rule for one in side.findings}
    return Change(
        side=side,
        verdict=of.verdict,
        why=of.why,
        effect=of.effect,
        low=of.low,
        high=of.high,
        seeds=of.seeds,
        agreeing=of.agreeing,
        came=tuple(one for one in side.findings if one.rule not in ours),
        went=tuple(one for one in as_it_is.findings if one.rule not in theirs),
    )


def _notes(of: Course, above: Sequence[tuple[int, str]]) -> list[str]:
    notes = [notice([number for number, _ in above])]
    if above and not of.runs.again:
        notes.append("The cells above were run once; each run began from a copy of that state.")
    elif above:
        rest = [number for number, _ in above][-of.runs.again :]
        notes.append(
            f"TensorFlow had been used by cell {rest[0]}, so each run began with that cell."
            if of.runs.forks
            else "Each run began with the first cell."
        )
    if any(one["outcome"] == "cut" for answers in of.answers.values() for one in answers):
        notes.append(
            f"Trainings were ended after {max(of.most.values()):,} steps; `--steps` allows more."
        )
    if of.was_cut:
        notes.append("The time was over before all seeds were run.")
    return notes
