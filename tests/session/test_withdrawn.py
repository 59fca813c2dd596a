"""What was shown while the cell ran and is found no longer is withdrawn in words."""

from __future__ import annotations

from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.report import Diagnosis, NotRun, PassedCheck, Report, Stage, Where
from nbdoctor.session import reporting
from nbdoctor.session.context import CellContext
from nbdoctor.session.examination import Examination
from nbdoctor.session.judge import Judgement
from nbdoctor.session.options import Options
from nbdoctor.session.withdrawn import places, withdrawn


def found(rule: str, layer: str | None = None, *more: str) -> Diagnosis:
    return Diagnosis(
        rule=rule,
        severity="warning",
        kind="strong",
        title=f"The title of {rule}",
        says="",
        where=Where(layer=layer, more_layers=more),
    )


HELD = PassedCheck(rule="fading-signal", says="the rows do differ in every layer")
UNJUDGED = NotRun(rule="dead-units", reason="the model was deleted", kind="not measured")


@pytest.mark.parametrize(
    ("shown", "left", "says"),
    [
        pytest.param(found("fading-signal"), [], HELD.says, id="what holds now"),
        pytest.param(
            found("dead-units"),
            [],
            "it can no longer be judged: the model was deleted",
            id="nobody can tell any more",
        ),
        pytest.param(found("large-steps"), [], "", id="nothing is known in its place"),
        pytest.param(
            found("large-steps", "dense"),
            [found("large-steps", "dense_1")],
            "it is no longer found in `dense`",
            id="another layer has it still",
        ),
        pytest.param(found("large-steps"), [found("large-steps")], None, id="it still holds"),
        pytest.param(
            found("large-steps", "dense"),
            [found("large-steps", "dense_1", "dense")],
            None,
            id="told together with others now",
        ),
    ],
)
def test_what_is_gone_is_said(shown: Diagnosis, left: list[Diagnosis], says: str | None) -> None:
    gone = withdrawn(dict.fromkeys(places(shown), shown), left, [HELD], [UNJUDGED])
    assert [(one.rule, one.says) for one in gone] == ([] if says is None else [(shown.rule, says)])


class Nothing:
    """A subject of which nothing is known."""

    number, model, look, call, error, raises = 1, None, None, None, None, False

    def given(self) -> dict[Any, Any]:
        return {}


def test_a_finding_that_was_shown_live_does_not_vanish(monkeypatch: pytest.MonkeyPatch) -> None:
    now: dict[str, Judgement] = {}
    monkeypatch.setattr(reporting, "judge", lambda *_: now["judgement"])
    shown: list[Report] = []

    def show(report: Report, number: int, *, draw: bool) -> None:
        del number, draw
        shown.append(report)

    context = CellContext(cell=Cell(""), namespace={}, options=Options(), show=show)
    of = Examination(context, Nothing())  # type: ignore[arg-type]

    def judged(stage: Stage, *findings: Diagnosis) -> Report:
        held = () if findings else (HELD,)
        now["judgement"] = Judgement(findings=findings, held=held, not_run=(), faults=())
        of.progress.stage = stage
        of.publish()
        return shown[-1]

    assert judged("training", found("fading-signal")).withdrawn == ()
    assert judged("training").withdrawn == (), "training goes on, and it may come back"
    last = judged("done")
    (gone,) = last.withdrawn
    assert gone.says == HELD.says
    assert Report.from_json(last.to_json()).withdrawn == last.withdrawn
    told = " ".join(str(last).split())
    for words in (told, last.to_markdown()):
        assert "1 finding withdrawn" in words
    assert (
        "Withdrawn: “The title of fading-signal” (`fading-signal`) was shown while the cell ran. "
        "It no longer holds: the rows do differ in every layer." in told
    )
    assert judged("done", found("fading-signal")).withdrawn == ()
