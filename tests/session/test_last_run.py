"""What is kept of a cell's last run."""

from __future__ import annotations

from dataclasses import replace

from nbdoctor.readings.attained import Attained
from nbdoctor.readings.history import History
from nbdoctor.report import Diagnosis, Report, Severity, Where
from nbdoctor.session.last_run import MOST_CELLS, MOST_FIGURES, MOST_POINTS, LastRuns, shortened

CELL = "import keras\nmodel = made()\nmodel.compile('sgd', 'mse')\nmodel.fit(x, y, epochs=3)\n"


def finding(rule: str, severity: Severity) -> Diagnosis:
    return Diagnosis(rule=rule, severity=severity, kind="strong", title="", says="", where=Where())


def report(*losses: float, **logs: float) -> Report:
    values = {"loss": losses, **{name: (value,) for name, value in logs.items()}}
    attained = Attained(kind="classes", score=0.4, rows=400, counted=400.0)
    return Report(
        headline="",
        verdict="warning",
        findings=(finding("dead-units", "critical"), finding("unused-rows", "note")),
        readings={"History": History(values=values, epochs=len(losses)), "Attained": attained},
    )


def test_a_few_numbers_are_kept() -> None:
    kept = shortened(report(2.0, float("nan"), 0.5, accuracy=0.8))
    assert kept.rules == ("dead-units",), "notes do not count"
    assert kept.figures == {"loss": 0.5, "accuracy": 0.8}
    assert (kept.score, kept.epochs) == (0.4, 3)
    assert kept.curve == ((1, 2.0), (3, 0.5))


def test_it_stays_small_however_long_the_training() -> None:
    metrics = {f"metric_{number}": 0.5 for number in range(40)}
    kept = shortened(report(*(1 / (1 + epoch) for epoch in range(5000)), **metrics))
    assert len(kept.curve) == MOST_POINTS
    assert (kept.curve[0][0], kept.curve[-1][0]) == (1, 5000)
    assert len(kept.figures) == MOST_FIGURES
    stored = Report(headline="", verdict="unknown", last_run=kept).to_json()
    assert len(stored) < 2500


def test_a_cell_is_known_by_its_id() -> None:
    runs = LastRuns()
    assert runs.of("a", CELL) == {}
    runs.keep("a", CELL, {1: report(1.0), 2: report(0.5)})
    found = runs.of("a", "another text")
    assert {number: one.figures["loss"] for number, one in found.items()} == {1: 1.0, 2: 0.5}
    assert all(one.is_same_cell for one in found.values())
    assert runs.of("b", CELL) == {}, "the same text in another cell"
    runs.keep("a", "another text", {1: report(0.1)})
    assert {number: one.figures["loss"] for number, one in runs.of("a", "").items()} == {1: 0.1}


def test_without_an_id_it_is_known_by_its_text() -> None:
    runs = LastRuns()
    runs.keep(None, CELL, {1: report(1.0)})
    changed = CELL.replace("epochs=3", "epochs=30")
    (found,) = runs.of(None, changed).values()
    assert not found.is_same_cell
    assert runs.of(None, "model.evaluate(x, y)\n") == {}
    runs.keep(None, changed, {1: report(0.2)})
    assert runs.of(None, CELL)[1] == replace(shortened(report(0.2)), is_same_cell=False)


def test_only_so_many_cells_are_kept() -> None:
    runs = LastRuns()
    for number in range(MOST_CELLS + 1):
        runs.keep(str(number), CELL, {1: report(float(number))})
    assert runs.of("0", CELL) == {}
    assert runs.of("1", CELL) != {}
