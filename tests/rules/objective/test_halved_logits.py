from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.decisions import Decision, Decisions
from nbdoctor.rules.objective.halved_logits import halved_logits
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of


def decisions(**facts: Any) -> Decisions:
    given = {"by": "threshold", "line": 7, "text": "p > 0.5", "shape": (100, 1), "logits": True}
    return Decisions(
        decisions=(Decision(**{"low": -4.0, "high": 5.0, "between": 0.12, **given, **facts}),)
    )


def test_fires() -> None:
    (finding,) = halved_logits(decisions())
    assert "12 %" in finding.says
    assert finding.where.line == 7


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"logits": False, "low": 0.0, "high": 1.0}, id="probabilities"),
        pytest.param({"logits": False}, id="values of another kind"),
        pytest.param({"low": 0.01, "high": 0.99}, id="a sigmoid was applied"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not list(halved_logits(decisions(**facts)))


def test_does_not_apply_without_a_threshold() -> None:
    with pytest.raises(DoesNotApplyError):
        list(halved_logits(decisions(by="argmax")))


def test_treatment() -> None:
    (finding,) = halved_logits(decisions())
    (advice,) = halved_logits.treatments(finding, Cell(""))
    assert "> 0)" in advice.text


CELL = """
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(3.0), keras.losses.BinaryCrossentropy(from_logits=True))
model.fit(x, y, epochs=30, verbose=0)
p = model.predict(x, verbose=0)
classes = (p > {threshold}).astype(int)
"""


@pytest.mark.keras
def test_on_a_real_cell() -> None:
    assert "halved-logits" in rules_of(CELL.format(threshold=0.5), "--no-trials")
    assert "halved-logits" not in rules_of(CELL.format(threshold=0), "--no-trials")
