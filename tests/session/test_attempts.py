"""When parts of a program are replaced, and what is offered in place of it: nothing is trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.collection import Readings
from nbdoctor.readings.tried_parts import TriedParts
from nbdoctor.report import Report
from nbdoctor.session import attempts
from nbdoctor.session.attempts import Attempts
from nbdoctor.session.context import CellContext
from nbdoctor.session.examination import Examination
from nbdoctor.session.experimenting import NO_TIME, NOT_PROVED
from nbdoctor.session.options import Options
from tests.tried import OPTIMIZER, experiment

GAP = Attained(kind="classes", score=0.1, ceiling=0.95, rows=400, counted=400.0, held_out=True)
UNCLEAR = Attained(kind="classes", score=0.4, ceiling=0.3, rows=400, counted=400.0, held_out=True)
PROGRAM = 'model.compile("sgd", "mse")\nmodel.fit(x, y)\n'


class Trained:
    """A training whose model cannot be copied by trials."""

    number, model, look, error, raises = 1, None, None, None, False

    def __init__(self) -> None:
        self.call: Any = "fit"
        self.forgot = 0

    def given(self) -> Mapping[Any, Any]:
        return {}

    def case(self, context: CellContext, program: Any) -> Any:
        del context, program

    def why_untried(self) -> str:
        return "this is a test"

    def forget(self) -> None:
        self.forgot += 1


class Search:
    """Stands for the search: the seconds that it was given each time, and the stages shown."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *found: TriedParts) -> None:
        self.found, self.seconds, self.shown = list(found), list[float](), list[Report]()
        self.now = 1000.0
        monkeypatch.setattr(attempts, "cause_of", self)
        monkeypatch.setattr(attempts.time, "perf_counter", lambda: self.now)

    def __call__(self, examination: Examination, ends: float) -> TriedParts:
        del examination
        self.seconds.append(ends - self.now)
        return self.found.pop(0)

    def show(self, report: Report, number: int, *, draw: bool) -> None:
        del number, draw
        self.shown.append(report)


def made(search: Search, attained: Attained | None, **options: Any) -> Attempts:
    asked = Options(**options)
    context = CellContext(cell=Cell(PROGRAM), namespace={}, options=asked, show=search.show)
    examination = Examination(context, Trained())
    if attained is not None:
        examination.readings.add(attained)
    examination.publish()
    return Attempts(examination, lambda *_: None)


def offers(of: Attempts) -> list[Any]:
    of.settle()
    return list(of.of.tried.offers)


def test_it_takes_what_is_left_of_the_budget_and_its_patch_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    search = Search(monkeypatch, OPTIMIZER)
    of = made(search, GAP)
    of.of.progress.spent = 3.0
    of.find_cause()
    assert search.seconds == [7.0]
    assert "experimenting" in [one.stage for one in search.shown]
    last = search.shown[-1]
    assert (last.stage, last.findings[0].rule) == ("done", "cause-by-experiment")
    (patched, trial), *_ = (
        (one.patched, one.trial) for one in last.findings[0].treatments if one.patched
    )
    assert '"adam"' in (patched or "")
    assert trial is not None
    assert trial.reason == "this is a test"
    assert offers(of) == []


def test_without_time_it_is_offered_and_begun_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    search = Search(monkeypatch, OPTIMIZER)
    of = made(search, GAP, trials=True)
    of.of.progress.spent = 8.0
    of.find_cause()
    assert search.seconds == []
    assert of.of.readings.missing[TriedParts] == NO_TIME
    (offer,) = offers(of)
    assert (offer.finds_cause, offer.seconds) == (True, 8.0)
    assert of.of.subject.forgot == 0  # type: ignore[attr-defined]
    offer()
    assert search.seconds == [120.0]
    assert search.shown[-1].findings[0].rule == "cause-by-experiment"
    assert of.of.subject.forgot == 1  # type: ignore[attr-defined]


def test_what_is_not_proved_is_offered_only(monkeypatch: pytest.MonkeyPatch) -> None:
    search = Search(monkeypatch)
    of = made(search, UNCLEAR)
    of.find_cause()
    assert of.of.readings.missing[TriedParts] == NOT_PROVED
    assert [one.finds_cause for one in offers(of)] == [True]


@pytest.mark.parametrize(
    ("attained", "options"),
    [
        pytest.param(None, {}, id="no score"),
        pytest.param(
            Attained(kind="classes", score=0.97, rows=400, counted=400.0), {}, id="it has learned"
        ),
        pytest.param(GAP, {"experiment": "never"}, id="left out"),
        pytest.param(GAP, {"trials": False}, id="no copies are trained"),
    ],
)
def test_else_nothing_is_done_nor_kept(
    monkeypatch: pytest.MonkeyPatch, attained: Attained | None, options: dict[str, Any]
) -> None:
    of = made(Search(monkeypatch), attained, **options)
    of.find_cause()
    assert offers(of) == []
    assert of.of.subject.forgot == 1  # type: ignore[attr-defined]


def test_what_is_asked_for_is_done_whatever_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    search = Search(monkeypatch, experiment({}, recorded=0.97))
    made(search, None, experiment="always", trials=False).find_cause()
    assert search.seconds == [10.0]
    held = {one.rule: one.says for one in search.shown[-1].held}
    assert held == {}, "a cell that trains nothing holds nothing"


def test_a_search_that_was_not_finished_can_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    short = experiment({"": 0.1}, outcome="out of time")
    search = Search(monkeypatch, short, OPTIMIZER)
    of = made(search, GAP)
    of.find_cause()
    (offer,) = offers(of)
    offer()
    assert of.of.readings.get(TriedParts) == OPTIMIZER


def test_an_interrupt_leaves_what_is_known_by_then(monkeypatch: pytest.MonkeyPatch) -> None:
    search = Search(monkeypatch)
    of = made(search, GAP)

    def interrupted(examination: Examination, ends: float) -> TriedParts:
        del ends
        examination.readings.add(experiment({"": 0.1}, outcome="out of time"))
        raise KeyboardInterrupt

    monkeypatch.setattr(attempts, "cause_of", interrupted)
    with pytest.raises(KeyboardInterrupt):
        of.find_cause()
    assert search.shown[-1].stage == "done"
    assert "TriedParts" in search.shown[-1].readings


def test_a_fault_of_the_search_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    search = Search(monkeypatch)  # nothing is there to be found
    of = made(search, GAP)
    of.find_cause()
    assert [one.part for one in search.shown[-1].faults] == ["the experiment"]
    assert isinstance(of.of.readings, Readings)
