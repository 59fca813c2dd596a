import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.unused import Unused, UnusedObject
from nbdoctor.rules.notebook.unused_setup import ADVICE, unused_setup
from nbdoctor.rules.rule import Finding
from tests.rules.ran import rules_of


def judged(role: str) -> Finding:
    one = UnusedObject(name="stop", role=role, kind="EarlyStopping", line=4)
    (finding,) = unused_setup(Unused(objects=(one,), compiled="Adam"))
    return finding


def test_fires() -> None:
    finding = judged("callback")
    assert finding.title == "`stop` is made and not used"
    assert "`fit` does not get it in `callbacks`." in finding.says
    assert (finding.severity, finding.where.line) == ("warning", 4)
    assert "another one (`Adam`)" in judged("optimizer").says


def test_stays_silent() -> None:
    assert list(unused_setup(Unused(compiled="Adam"))) == []


@pytest.mark.parametrize("role", ADVICE)
def test_treatment_says_where_it_belongs(role: str) -> None:
    (offered,) = unused_setup.treatments(judged(role), Cell("model.fit(x, y)"))
    assert "`stop`" in offered.text or "stop" in offered.text
    assert offered.patched is None


CELL = """
thing = THING
model = build()
model.fit(x, y, verbose=0ARGUMENT)
AFTER
"""
STOP = "keras.callbacks.EarlyStopping('loss')"


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("thing", "argument", "after", "sick"),
    [
        pytest.param(STOP, "", "", True, id="a callback"),
        pytest.param(STOP, ", callbacks=[thing]", "", False, id="a callback in use"),
        pytest.param("keras.optimizers.Adam(0.1)", "", "", True, id="an optimizer"),
        pytest.param(
            "keras.Sequential([keras.layers.RandomFlip()])", "", "", True, id="an augmentation"
        ),
        pytest.param("keras.optimizers.Adam(0.1)", "", "print(thing)", False, id="read later"),
        pytest.param("keras.layers.Dense(3)", "", "", False, id="a layer of another kind"),
        pytest.param("build().fit(x, y, verbose=0)", "", "", False, id="the log of another fit"),
        pytest.param("keras.losses.Poisson()", "", "", False, id="a loss may be for later"),
    ],
)
def test_on_real_cells(thing: str, argument: str, after: str, sick: bool) -> None:
    cell = CELL.replace("THING", thing).replace("ARGUMENT", argument).replace("AFTER", after)
    assert ("unused-setup" in rules_of(cell, "--no-trials")) is sick
