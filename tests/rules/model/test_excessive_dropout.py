from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.wiring import Step, Wiring
from nbdoctor.rules.model.excessive_dropout import excessive_dropout
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.wired import chain, dense

HEAD = dense("head", "softmax", 3)


def with_dropout(rate: float, width: int | None = 32, kind: str = "Dropout") -> Wiring:
    drop = Step(name="drop", kind=kind, rate=rate, width=width, size=width, line=3)
    return chain(dense("a", "relu"), drop, HEAD)


def drops(*layers: tuple[float, int]) -> Wiring:
    """Dropout layers with these rates, each behind a layer of so many units."""
    steps = [
        step
        for place, (rate, units) in enumerate(layers)
        for step in (
            dense(f"d{place}", "tanh", units),
            Step(
                name=f"drop{place}",
                kind="Dropout",
                rate=rate,
                width=units,
                size=units,
                line=place + 3,
            ),
        )
    ]
    return chain(*steps, HEAD)


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
    (finding,) = excessive_dropout(wiring, None, None)
    assert words in finding.says
    assert finding.severity == severity
    assert finding.kind == ("strong" if severity == "warning" else "hint")


@pytest.mark.parametrize(
    "wiring",
    [
        pytest.param(with_dropout(0.5), id="half"),
        pytest.param(with_dropout(0.7, 12), id="much, and usual"),
        pytest.param(with_dropout(0.5, 5), id="few units, just enough"),
        pytest.param(with_dropout(0.15, 1), id="a single unit, hardly dropped"),
        pytest.param(drops((0.5, 16), (0.5, 16), (0.5, 16)), id="one after the other"),
        pytest.param(with_dropout(0.5, 2, "GaussianDropout"), id="noise of another kind"),
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
    assert list(excessive_dropout(wiring, None, None)) == []


def test_does_not_apply_without_dropout() -> None:
    with pytest.raises(DoesNotApplyError):
        list(excessive_dropout(chain(HEAD), None, None))


@pytest.mark.parametrize(
    ("wiring", "words"),
    [
        pytest.param(
            drops((0.5, 3)), ("none of its 3 units in 12.5 %", " At least 25 % of"), id="3"
        ),
        pytest.param(drops((0.5, 4)), ("6.25 % of the rows", "At least 20 %"), id="at the limit"),
        pytest.param(drops((0.7, 8)), ("none of its 8 units", "At least 22.6 %"), id="usual rate"),
        pytest.param(
            drops((0.5, 3), (0.5, 2)),
            ("`drop1` keeps none of its 2", "Together with `drop0`, at least 50 %"),
            id="two",
        ),
        pytest.param(
            drops((0.5, 512), (0.5, 2)),
            ("`drop1` keeps none", " At least 33.5 %"),
            id="one of two",
        ),
    ],
)
def test_fires_where_few_units_are_dropped(wiring: Wiring, words: tuple[str, ...]) -> None:
    (finding,) = excessive_dropout(wiring, None, None)
    assert all(word in finding.says for word in words)
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize(
    ("loss", "width", "fires"),
    [
        ("binary_crossentropy", 1, False),
        ("sparse_categorical_crossentropy", 2, False),
        ("sparse_categorical_crossentropy", 10, False),
        ("mean_squared_error", 1, True),
        ("poisson", 1, True),
    ],
)
def test_a_decision_between_classes_needs_no_size(loss: str, width: int, fires: bool) -> None:
    head = Head(outputs=(Output(name="y", loss=loss, width=width),))
    assert bool(list(excessive_dropout(drops((0.5, 3)), head, None))) is fires


def test_is_a_note_where_the_model_has_learned() -> None:
    learned = Attained(kind="classes", score=0.95, rows=256)
    (finding,) = excessive_dropout(drops((0.5, 3)), None, learned)
    assert finding.severity == "note"


@pytest.mark.parametrize(
    "further",
    [
        pytest.param((Step(name="sum", kind="Add", takes=("drop", "a")),), id="a way around"),
        pytest.param(
            (Step(name="sum", kind="Concatenate", takes=("drop",)),), id="joins the input"
        ),
        pytest.param(
            (replace(HEAD, name="sum", takes=("drop",)), replace(HEAD, takes=("drop",))), id="split"
        ),
    ],
)
def test_few_units_are_no_loss_where_they_are_not_all(further: tuple[Step, ...]) -> None:
    before = with_dropout(0.5, 2).steps[:2]
    last = replace(HEAD, name="last", takes=("sum",), is_output=True)
    assert list(excessive_dropout(Wiring(steps=(*before, *further, last)), None, None)) == []


SICK = """\
model = keras.Sequential([
    keras.layers.Dense(32, activation="relu"),
    keras.layers.Dropout(0.9),
])
"""
CURED = SICK.replace("0.9", "0.2")


def test_treatment() -> None:
    (finding,) = excessive_dropout(with_dropout(0.9), None, None)
    (treated,) = excessive_dropout.treatments(finding, Cell(SICK))
    assert (treated.effect, treated.patched) == ("model", CURED)
    (again,) = excessive_dropout.treatments(finding, Cell(CURED))
    assert again.patched is None


FEW = """\
model = keras.Sequential([
    Dense(3, "tanh"),
    Dropout(0.5),
    Dense(2, "tanh"),
    Dropout(0.5),
    Dense(1),
])
"""
ALL = FEW.replace("    Dropout(0.5),\n", "")


def test_treatment_of_few_units() -> None:
    few = [
        replace(step, line={"drop1": 5}.get(step.name, step.line))
        for step in drops((0.5, 3), (0.5, 2)).steps
    ]
    (finding,) = excessive_dropout(Wiring(steps=tuple(few)), None, None)
    (treated,) = excessive_dropout.treatments(finding, Cell(FEW))
    assert (treated.effect, treated.patched) == ("model", ALL)
    chained = "h = Dense(3)(x)\n\nh = Dropout(0.5)(h)\n"
    (finding,) = excessive_dropout(drops((0.5, 3)), None, None)
    (treated,) = excessive_dropout.treatments(finding, Cell(chained))
    assert treated.patched == chained.replace("0.5", "0.0")
    unknown = tuple(replace(step, line=None) for step in drops((0.5, 3)).steps)
    (finding,) = excessive_dropout(Wiring(steps=unknown), None, None)
    (advice,) = excessive_dropout.treatments(finding, Cell(FEW))
    assert advice.patched is None
    assert "without `drop0`" in advice.text


def test_treatment_is_advice_where_the_layer_is_made_elsewhere() -> None:
    elsewhere = with_dropout(0.9)
    steps = tuple(replace(step, line=None) for step in elsewhere.steps)
    (finding,) = excessive_dropout(Wiring(steps=steps), None, None)
    (offered,) = excessive_dropout.treatments(finding, Cell(SICK))
    assert offered.patched is None
    assert "Create `drop` with" in offered.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64) % 3

    def rules_that_fire(
        rate: float, units: int = 16, loss: str = "sparse_categorical_crossentropy"
    ) -> set[str]:
        hidden, head = keras.layers.Dense(units, "relu"), keras.layers.Dense(3, "softmax")
        if loss == "mse":
            head = keras.layers.Dense(1)
        layers = [keras.Input((10,)), hidden, keras.layers.Dropout(rate), head]
        model = keras.Sequential(layers)
        model.compile("adam", loss)
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "excessive-dropout" in rules_that_fire(0.9)
    assert "excessive-dropout" in rules_that_fire(0.5, 3, "mse")
    assert "excessive-dropout" not in rules_that_fire(0.5, 3)
    assert "excessive-dropout" not in rules_that_fire(0.5)
