"""Which line a finding is about, here or in an earlier cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.program import Part, Program
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.readings.source import Source, read_source
from nbdoctor.rules.rule import Elsewhere, Finding, Where
from nbdoctor.rules.treatment import Treatment
from nbdoctor.session.placing import placed, placed_elsewhere
from nbdoctor.view.blocks import Card
from nbdoctor.view.tabs import findings

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbdoctor.report import Report

BUILDS = 'model = Sequential([\n    Dense(8),\n    Dense(1, name="head"),\n])'
COMPILES = 'model.compile(\n    "adam",\n    loss="mse",\n)'
TRAINS = "%%diagnose\nmodel.fit(x, y)"
PROGRAM = Program((Part(2, BUILDS), Part(5, COMPILES)), TRAINS)
READINGS = {
    Source: read_source(Cell(TRAINS), {}, 2),
    Layers: Layers(
        model="model",
        layers=(Layer(name="dense", kind="Dense"), Layer(name="head", kind="Dense")),
        trainable=0,
        total=0,
    ),
}


def there(where: Where, *treatments: Treatment, program: Program | None = PROGRAM) -> Where:
    finding = placed(Finding(title="", says="", where=where), READINGS)
    return placed_elsewhere(finding, READINGS, program, treatments).where


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Where(layer="head"), Elsewhere(number=2, line=3, text='Dense(1, name="head"),')),
        (Where(layer="dense"), Elsewhere(number=2, line=2, text="Dense(8),")),
        (
            Where(call="compile", argument="loss"),
            Elsewhere(number=5, line=3, text='loss="mse",'),
        ),
        (Where(call="compile"), Elsewhere(number=5, line=1, text="model.compile(")),
        (Where(variable="x"), None),
        (Where(), None),
    ],
)
def test_the_line_of_an_earlier_cell_is_found(where: Where, expected: Elsewhere | None) -> None:
    found = there(where)
    assert found.line is None
    assert found.elsewhere == expected


def test_a_line_of_the_cell_itself_comes_first() -> None:
    assert there(Where(call="fit")).line == 2
    assert there(Where(call="fit")).elsewhere is None
    assert there(Where(call="compile"), program=None).elsewhere is None


def test_what_would_be_changed_tells_where_names_do_not() -> None:
    diff = '@@ -1,3 +1,3 @@\n model = Sequential([\n-    Dense(8),\n+    Dense(8, "relu"),'
    cure = Treatment(title="", text="", effect="model", diff=diff, cell=BUILDS, cell_number=2)
    expected = Elsewhere(number=2, line=2, text="Dense(8),")
    assert there(Where(variable="x"), cure).elsewhere == expected


DATA = """
import keras, numpy as np
keras.utils.set_random_seed(1)
x = np.random.normal(size=(256, 4)).astype('float32')
y = (x[:, :1] > 0).astype('float32')
"""
MODEL = """model = keras.Sequential([
    keras.Input((4,)),
    keras.layers.Dense(8, activation='relu'),
    keras.layers.Dense(1, activation='softmax'),
])
model.compile('adam', 'binary_crossentropy')
"""
FIT = """%%diagnose -q --no-trials --no-experiment -o report
model.fit(x, y, epochs=2, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:Exception encountered:UserWarning")  # Keras's own
@pytest.mark.filterwarnings("ignore:You are using a softmax:UserWarning")
def test_a_critical_finding_marks_the_cell_of_its_cause_and_the_fit(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = [(1, DATA), (2, MODEL)]
    monkeypatch.setattr("nbdoctor.notebook.running._history", lambda _: history)
    for source in (DATA, MODEL, FIT):
        assert shell.run_cell(source).success
    report: Report = shell.user_ns["report"]
    cards = [one for one in findings.blocks(report, {}) if isinstance(one, Card)]
    (card,) = (one for one in cards if one.rule == "softmax-on-one-unit")
    assert card.severity == "critical"
    assert card.elsewhere == Elsewhere(
        number=2, line=4, text="keras.layers.Dense(1, activation='softmax'),"
    )
    assert card.place == "line 4 of cell [2]"
    assert card.marks == (2,)
    first = type(report).from_json(report.to_json()).findings
    assert [one.where for one in first] == [one.where for one in report.findings]
