from dataclasses import replace

import pytest

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.wiring import Step, Wiring
from nbdoctor.rules.excessive_dropout import excessive_dropout
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.wired import chain, dense

HEAD = dense("head", "softmax", 3)


def with_dropout(rate: float, width: int | None = 32, kind: str = "Dropout") -> Wiring:
    drop = Step(name="drop", kind=kind, rate=rate, width=width, size=width, line=3)
    return chain(dense("a", "relu"), drop, HEAD)


@pytest.mark.parametrize(
    ("wiring", "severity", "words"),
    [
        pytest.param(with_dropout(0.9), "warning", "keeps 3.2 of its 32 units", id="narrow"),
        pytest.param(with_dropout(0.8), "warning", "keeps 6.4 of its 32 units", id="at the limit"),
        pytest.param(with_dropout(0.99, 256), "warning", "keeps 2.56 of", id="nearly all"),
        pytest.param(with_dropout(0.8, 1024), "note", "keeps 205 of its 1,024", id="wide"),
        pytest.param(
            chain(dense("a"), Step(name="drop", kind="Dropout", rate=0.9, width=8, size=800), HEAD),
            "note",
            "keeps 80 of its 800",
            id="a picture of few channels",
        ),
        pytest.param(
            with_dropout(0.9, 16, "SpatialDropout2D"), "warning", "1.6 of its 16", id="channels"
        ),
        pytest.param(with_dropout(0.9, None), "note", "few of its units", id="unknown width"),
    ],
)
def test_fires(wiring: Wiring, severity: str, words: str) -> None:
    (finding,) = excessive_dropout(wiring)
    assert words in finding.says
    assert finding.severity == severity
    assert finding.kind == ("strong" if severity == "warning" else "hint")


@pytest.mark.parametrize(
    "wiring",
    [
        pytest.param(with_dropout(0.5), id="half"),
        pytest.param(with_dropout(0.7, 8), id="much, and usual"),
        pytest.param(with_dropout(0.79), id="just below"),
        pytest.param(with_dropout(0.0), id="none"),
        pytest.param(
            chain(Step(name="drop", kind="Dropout", rate=0.9, width=8), HEAD), id="on the inputs"
        ),
        pytest.param(
            chain(HEAD, Step(name="drop", kind="Dropout", rate=0.9, width=8)),
            id="on the output: another rule's",
        ),
    ],
)
def test_stays_silent(wiring: Wiring) -> None:
    assert list(excessive_dropout(wiring)) == []


def test_does_not_apply_without_dropout() -> None:
    with pytest.raises(DoesNotApplyError):
        list(excessive_dropout(chain(HEAD)))


SICK = """\
model = keras.Sequential([
    keras.layers.Dense(32, activation="relu"),
    keras.layers.Dropout(0.9),
])
"""
CURED = SICK.replace("0.9", "0.2")


def test_treatment() -> None:
    (finding,) = excessive_dropout(with_dropout(0.9))
    (treated,) = excessive_dropout.treatments(finding, Cell(SICK))
    assert (treated.effect, treated.patched) == ("model", CURED)
    (again,) = excessive_dropout.treatments(finding, Cell(CURED))
    assert again.patched is None


def test_treatment_is_advice_where_the_layer_is_made_elsewhere() -> None:
    elsewhere = with_dropout(0.9)
    steps = tuple(replace(step, line=None) for step in elsewhere.steps)
    (finding,) = excessive_dropout(Wiring(steps=steps))
    (offered,) = excessive_dropout.treatments(finding, Cell(SICK))
    assert offered.patched is None
    assert "Build `drop` with" in offered.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64) % 3

    def rules_that_fire(rate: float) -> set[str]:
        hidden, head = keras.layers.Dense(16, "relu"), keras.layers.Dense(3, "softmax")
        layers = [keras.Input((10,)), hidden, keras.layers.Dropout(rate), head]
        model = keras.Sequential(layers)
        model.compile("adam", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "excessive-dropout" in rules_that_fire(0.9)
    assert "excessive-dropout" not in rules_that_fire(0.5)
