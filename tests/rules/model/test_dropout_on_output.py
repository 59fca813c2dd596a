from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.wiring import Step, Wiring
from nbdoctor.rules.model.dropout_on_output import dropout_on_output
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.wired import chain, dense

HEAD = dense("head", "softmax", 3)
DROP = Step(name="drop", kind="Dropout", rate=0.5, line=4)


def findings(
    wiring: Wiring, loss: str = "mean_squared_error", layer: str = "drop"
) -> list[Finding]:
    return list(
        dropout_on_output(wiring, Head(outputs=(Output(name="y", layer=layer, loss=loss),)))
    )


@pytest.mark.parametrize(
    ("wiring", "loss", "words"),
    [
        pytest.param(chain(HEAD, DROP), "categorical_crossentropy", "50 % of", id="classes"),
        pytest.param(chain(HEAD, DROP), "mean_squared_error", "50 % of", id="numbers"),
        pytest.param(
            chain(HEAD, replace(DROP, rate=0.125)), "mean_squared_error", "12.5 %", id="a low rate"
        ),
    ],
)
def test_fires(wiring: Wiring, loss: str, words: str) -> None:
    (finding,) = findings(wiring, loss)
    assert words in finding.says
    assert (finding.severity, finding.kind, finding.where.line) == ("critical", "proof", 4)


@pytest.mark.parametrize(
    "wiring",
    [
        pytest.param(chain(dense("a", "relu"), DROP, HEAD), id="before the last layer"),
        pytest.param(chain(HEAD), id="no dropout"),
        pytest.param(chain(HEAD, replace(DROP, rate=0.0)), id="a rate of 0"),
        pytest.param(chain(HEAD, replace(DROP, rate=None)), id="a rate that is not known"),
        pytest.param(chain(HEAD, replace(DROP, name="features")), id="an output without a loss"),
        pytest.param(
            chain(HEAD, Step(name="drop", kind="Activation", activation="softmax")),
            id="an activation at the end",
        ),
    ],
)
def test_stays_silent(wiring: Wiring) -> None:
    assert findings(wiring) == []


@pytest.mark.parametrize("loss", ["", "custom"])
def test_does_not_apply_to_a_loss_of_the_users_own(loss: str) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(chain(HEAD, DROP), loss)


LISTED = """\
model = keras.Sequential([
    Dense(8, activation="relu"),
    Dense(3, activation="softmax"),  # (scores)
    Dropout(0.5),
])
"""
ADDED = """\
model = Sequential()
model.add(Input((4,)))
model.add(Dense(3))
model.add(Dropout(0.5))
"""


@pytest.mark.parametrize(
    ("source", "order"),
    [
        pytest.param(LISTED, (0, 1, 3, 2, 4, 5), id="a list"),
        pytest.param(ADDED, (0, 1, 3, 2, 4), id="one after the other"),
    ],
)
def test_treatment(source: str, order: tuple[int, ...]) -> None:
    (finding,) = findings(chain(HEAD, DROP))
    (treated,) = dropout_on_output.treatments(finding, Cell(source))
    lines = source.split("\n")
    assert treated.patched == "\n".join(lines[number] for number in order)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        pytest.param(LISTED, None, id="a line that is not known"),
        pytest.param("x = Dense(3)(x)\nx = Dropout(0.5)(x)", 2, id="calls of layers"),
        pytest.param("a = [Dense(3),\nDropout(0.5)]", 2, id="the end of a list"),
        pytest.param("a = [\nDense(\n3),\nDropout(0.5),\n]", 4, id="a layer on two lines"),
        pytest.param("Dropout(0.5),", 1, id="nothing above"),
    ],
)
def test_treatment_is_advice_where_lines_cannot_change_places(
    source: str, line: int | None
) -> None:
    (finding,) = findings(chain(HEAD, replace(DROP, line=line)))
    (offered,) = dropout_on_output.treatments(finding, Cell(source))
    assert offered.patched is None
    assert "Put `drop` before" in offered.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64) % 3

    def rules_that_fire(*layers: keras.Layer) -> set[str]:
        model = keras.Sequential([keras.Input((10,)), *layers])
        model.compile("adam", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    def head() -> keras.Layer:
        return keras.layers.Dense(3, activation="softmax")

    assert "dropout-on-output" in rules_that_fire(head(), keras.layers.Dropout(0.5))
    assert "dropout-on-output" not in rules_that_fire(keras.layers.Dropout(0.5), head())
