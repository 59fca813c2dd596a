from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.decisions import Decision, Decisions
from nbdoctor.rules.objective.argmax_over_rows import argmax_over_rows
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of


def decisions(**facts: Any) -> Decisions:
    given = {"by": "argmax", "line": 7, "text": "np.argmax(p, axis=0)", "shape": (100, 10)}
    return Decisions(decisions=(Decision(**{"axis": 0, "names_classes": True, **given, **facts}),))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        pytest.param({}, "over the rows", id="axis 0"),
        pytest.param({"axis": "all", "names_classes": False}, "one number", id="no axis"),
        pytest.param({"axis": 1, "shape": (100, 1)}, "0 for every row", id="one column"),
        pytest.param({"shape": (100, 20, 10)}, "over the rows", id="sequences"),
    ],
)
def test_fires(facts: dict[str, Any], words: str) -> None:
    (finding,) = argmax_over_rows(decisions(**facts))
    assert words in finding.says
    assert finding.where.line == 7


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"axis": 1}, id="the last axis"),
        pytest.param({"names_classes": False}, id="the best row of each class"),
        pytest.param({"axis": 2, "shape": (100, 20, 10)}, id="the last axis of sequences"),
        pytest.param({"axis": 0, "shape": (100, 1)}, id="the row with the highest probability"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not list(argmax_over_rows(decisions(**facts)))


@pytest.mark.parametrize("facts", [{"shape": (1, 10), "axis": "all"}, {"by": "threshold"}])
def test_does_not_apply_to_a_single_row(facts: dict[str, Any]) -> None:
    with pytest.raises(DoesNotApplyError):
        list(argmax_over_rows(decisions(**facts)))


def test_treatment() -> None:
    (finding,) = argmax_over_rows(decisions())
    (advice,) = argmax_over_rows.treatments(finding, Cell(""))
    assert "axis=-1" in advice.text
    (finding,) = argmax_over_rows(decisions(axis=1, shape=(100, 1)))
    (advice,) = argmax_over_rows.treatments(finding, Cell(""))
    assert "threshold" in advice.text


CELL = """
model = build()
model.fit(x, y, verbose=0)
p = model.predict(x, verbose=0)
classes = np.argmax(p{axis})
"""


@pytest.mark.keras
def test_on_a_real_cell() -> None:
    assert "argmax-over-rows" in rules_of(CELL.format(axis=", axis=0"), "--no-trials")
    assert "argmax-over-rows" in rules_of(CELL.format(axis=""), "--no-trials")
    assert "argmax-over-rows" not in rules_of(CELL.format(axis=", axis=-1"), "--no-trials")
