from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.wiring import Step, Wiring
from nbdoctor.rules.model.repeated_activation import repeated_activation
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.wired import chain, dense

HEAD = dense("head", "softmax", 3, line=2)


def applied(activation: str, kind: str = "Activation") -> Step:
    return Step(name="again", kind=kind, activation=activation)


@pytest.mark.parametrize(
    ("wiring", "words"),
    [
        pytest.param(chain(HEAD, applied("softmax", "Softmax")), "second time", id="softmax"),
        pytest.param(chain(dense("head", "sigmoid"), applied("sigmoid")), "second", id="sigmoid"),
        pytest.param(chain(dense("head", "relu"), applied("relu", "ReLU")), "nothing", id="relu"),
    ],
)
def test_fires(wiring: Wiring, words: str) -> None:
    (finding,) = repeated_activation(wiring)
    assert words in finding.says
    assert "`head` has the activation" in finding.says
    assert (finding.severity, finding.kind) == ("note", "proof")


@pytest.mark.parametrize(
    "wiring",
    [
        pytest.param(chain(dense("a"), applied("relu")), id="once"),
        pytest.param(chain(dense("a", "relu"), applied("softmax")), id="two that differ"),
        pytest.param(chain(dense("a", "linear"), applied("linear")), id="none, twice"),
        pytest.param(
            chain(dense("a", "relu"), Step(name="n", kind="BatchNormalization"), applied("relu")),
            id="something between",
        ),
        pytest.param(
            chain(Step(name="l", kind="LSTM", activation="tanh"), applied("tanh")),
            id="a recurrent layer uses it inside",
        ),
        pytest.param(
            Wiring(
                steps=(
                    dense("a", "relu"),
                    replace(applied("relu"), takes=("a",)),
                    replace(dense("b"), takes=("a",)),
                )
            ),
            id="a result that is used without it as well",
        ),
        pytest.param(chain(dense("a", "swish"), applied("swish")), id="one that is not known"),
    ],
)
def test_stays_silent(wiring: Wiring) -> None:
    assert list(repeated_activation(wiring)) == []


def test_does_not_apply_without_activation_layers() -> None:
    with pytest.raises(DoesNotApplyError):
        list(repeated_activation(chain(dense("a", "relu"), HEAD)))


SICK = """\
model.add(Dense(8, "relu"))
model.add(Dense(3, activation="softmax"))
model.add(Softmax())
"""
CURED = SICK.replace('"softmax"', "None")


def test_treatment() -> None:
    (finding,) = repeated_activation(chain(HEAD, applied("softmax")))
    (treated,) = repeated_activation.treatments(finding, Cell(SICK))
    assert (treated.effect, treated.patched) == ("model", CURED)
    (again,) = repeated_activation.treatments(finding, Cell(CURED))
    assert again.patched is None
    (unknown,) = repeated_activation(chain(replace(HEAD, line=None), applied("softmax")))
    (offered,) = repeated_activation.treatments(unknown, Cell(SICK))
    assert "Remove one of the two" in offered.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64) % 3

    def rules_that_fire(activation: str | None) -> set[str]:
        head = keras.layers.Dense(3, activation=activation)
        model = keras.Sequential([keras.Input((10,)), head, keras.layers.Softmax()])
        model.compile("adam", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "repeated-activation" in rules_that_fire("softmax")
    assert "repeated-activation" not in rules_that_fire(None)
