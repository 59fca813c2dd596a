"""What has changed since the last run of a cell: a line, and the losses of both."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.readings.history import History
from nbdoctor.report import LastRun, Report
from nbdoctor.rules.figures import score_figure
from nbdoctor.view import wording
from nbdoctor.view.blocks import Block, Chart, Items, Table, Text
from nbdoctor.view.curves import HELPS, PLAIN, Curve, picture

TOLD = ("val_accuracy", "accuracy")
"""Metrics that say most, where a run has them; else the score of the trained model does."""

SAME = "as in the last run"


def line(report: Report) -> str:
    """One line for the header, "" where there is nothing to compare with."""
    before = report.last_run
    if before is None or report.stage in {"looking", "training"}:
        return ""
    gone, new = _gone(report, before), _new(report, before)
    parts = [
        f"{wording.count(len(gone), 'finding')} gone" if gone else "",
        wording.count(len(new), "new finding") if new else "",
        *_moves(report, before),
    ]
    said = ", ".join(filter(None, parts))
    return f"{_opening(before)}: {said}" if said else ""


def blocks(report: Report) -> Iterator[Block]:
    """What is gone, what is new, the figures of both runs, and their losses."""
    before = report.last_run
    if before is None or report.stage in {"looking", "training"}:
        return
    gone, new = _gone(report, before), _new(report, before)
    rows = tuple(_rows(report, before))
    if not (gone or new or rows):
        return
    yield Text(text=f"{_opening(before)}:")
    told = [f"gone: {wording.listed(gone)}"] if gone else []
    told += [f"new: {wording.listed(new)}"] if new else []
    yield Items(items=tuple(told) or (f"the same findings {SAME}",))
    if (chart := _losses(report, before)) is not None:
        yield chart
    if rows:
        header = ("", "last run", "this run")
        yield Table(caption="The last run and this one", header=header, rows=rows, folded=True)


def _opening(before: LastRun) -> str:
    return "Since the last run" if before.is_same_cell else "Since the run of a cell like this one"


def _gone(report: Report, before: LastRun) -> list[str]:
    return [rule for rule in before.rules if rule not in _rules(report)]


def _new(report: Report, before: LastRun) -> list[str]:
    return [rule for rule in _rules(report) if rule not in before.rules]


def _rules(report: Report) -> list[str]:
    found = (one.rule for one in report.findings if one.severity != "note")
    return list(dict.fromkeys(found))


def _moves(report: Report, before: LastRun) -> Iterator[str]:
    """The figure that says most, and the loss."""
    now = _figures(report)
    shared = [name for name in TOLD if name in now and name in before.figures]
    if shared:
        name = shared[0]
        yield f"{wording.code(name)} {before.figures[name]:.2f} → {now[name]:.2f}"
        return
    score = _score(report)
    if score is not None and before.score is not None:
        yield f"score {score_figure(before.score)} → {score_figure(score)}"
    elif "loss" in now and "loss" in before.figures:
        yield f"loss {wording.number(before.figures['loss'])} → {wording.number(now['loss'])}"


def _rows(report: Report, before: LastRun) -> Iterator[tuple[str, str, str]]:
    score = _score(report)
    if score is not None and before.score is not None:
        about = "score (0: best constant, 1: perfect)"
        yield (about, score_figure(before.score), score_figure(score))
    now = _figures(report)
    for name in [name for name in before.figures if name in now]:
        yield (
            wording.code(name),
            wording.number(before.figures[name]),
            wording.number(now[name]),
        )
    epochs = _epochs(report)
    if epochs and before.epochs:
        yield ("epochs", wording.number(before.epochs), wording.number(epochs))


def _losses(report: Report, before: LastRun) -> Chart | None:
    """The training loss of both runs over their epochs, where each has several."""
    history: History | None = report.readings.get("History")
    losses = history.values.get("loss", ()) if history is not None else ()
    now = tuple((at, one) for at, one in enumerate(losses, start=1) if abs(one) < float("inf"))
    if min(len(now), len(before.curve)) < 2:  # noqa: PLR2004  (a line has two ends)
        return None
    curves = [_curve("this run", now, HELPS), _curve("last run", before.curve, PLAIN)]
    title = "The training loss of the last run and of this one"
    ends = [f"{one.name}: {one.values[0]:.3g} to {one.values[-1]:.3g}" for one in curves]
    last = max(now[-1][0], before.curve[-1][0])
    described = f"{'; '.join(ends)}."
    svg = picture(curves, last, title, described, unit="epochs")
    return Chart(name="since", title=title, description=described, svg=svg)


def _curve(name: str, points: tuple[tuple[int, float], ...], colour: str) -> Curve:
    at, values = zip(*points, strict=True)
    return Curve(name, at, values, colour)


def _figures(report: Report) -> dict[str, float]:
    history: History | None = report.readings.get("History")
    values = history.values if history is not None else {}
    return {name: log[-1] for name, log in values.items() if log}


def _score(report: Report) -> float | None:
    attained = report.readings.get("Attained")
    return None if attained is None else float(attained.score)


def _epochs(report: Report) -> int:
    history: History | None = report.readings.get("History")
    return history.epochs if history is not None else 0
