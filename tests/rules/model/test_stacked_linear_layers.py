from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.wiring import Step, Wiring
from nbdoctor.rules.model.stacked_linear_layers import stacked_linear_layers
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.wired import chain, dense

HEAD = dense("head", "softmax", 3)
DROPOUT = Step(name="drop", kind="Dropout", rate=0.5)
FLATTEN = Step(name="flat", kind="Flatten")


def conv(name: str, *kernel: int, activation: str = "linear") -> Step:
    return Step(name=name, kind="Conv2D", activation=activation, width=8, width_in=8, kernel=kernel)


@pytest.mark.parametrize(
    ("wiring", "severity", "length"),
    [
        pytest.param(chain(dense("a"), HEAD), "warning", 2, id="two"),
        pytest.param(chain(dense("a"), dense("b"), dense("c"), HEAD), "warning", 4, id="four"),
        pytest.param(chain(dense("a"), DROPOUT, HEAD), "warning", 2, id="dropout between"),
        pytest.param(chain(dense("a", "relu"), dense("b"), HEAD), "note", 2, id="others bend"),
        pytest.param(chain(conv("a", 3, 3), conv("b", 3, 3)), "warning", 2, id="convolutions"),
        pytest.param(chain(conv("a", 3, 3), FLATTEN, HEAD), "warning", 2, id="a flatten between"),
    ],
)
def test_fires(wiring: Wiring, severity: str, length: int) -> None:
    (finding,) = stacked_linear_layers(wiring)
    assert (finding.severity, finding.kind) == (severity, "proof")
    assert finding.measured["consecutive linear layers"] == length
    assert f"`{wiring.steps[-1].name}` alone" in finding.says


def test_each_row_of_a_model_is_named() -> None:
    first, second = stacked_linear_layers(
        chain(dense("a"), dense("b", "relu"), dense("c"), dense("d", "relu"), HEAD)
    )
    assert (first.where.layer, second.where.layer) == ("a", "c")


WIDE = [dense("a"), dense("b"), HEAD]
ADD = Step(name="sum", kind="Add", takes=("a", "b"))


@pytest.mark.parametrize(
    "wiring",
    [
        pytest.param(chain(HEAD), id="one layer"),
        pytest.param(chain(dense("a", "relu"), HEAD), id="relu"),
        pytest.param(chain(dense("a"), Step(name="r", kind="ReLU"), HEAD), id="a ReLU layer"),
        pytest.param(
            chain(dense("a"), Step(name="r", kind="Activation", activation="tanh"), HEAD),
            id="an activation layer",
        ),
        pytest.param(
            chain(dense("a"), Step(name="n", kind="BatchNormalization"), HEAD), id="normalisation"
        ),
        pytest.param(
            chain(dense("a", width=4, width_in=32), dense("b", width=32, width_in=4)),
            id="a linear autoencoder",
        ),
        pytest.param(
            chain(dense("a", width=3136, width_in=100), Step(name="r", kind="Reshape"), HEAD),
            id="what a generator begins with",
        ),
        pytest.param(chain(conv("a", 1, 3), conv("b", 3, 1)), id="a separable convolution"),
        pytest.param(chain(conv("a", 3, 3), conv("b", 1, 1)), id="a projection"),
        pytest.param(
            chain(conv("a", 3, 3), Step(name="m", kind="MaxPooling2D"), conv("b", 3, 3)),
            id="the largest value is not linear",
        ),
        pytest.param(
            Wiring(steps=(dense("a"), replace(dense("b"), takes=("a",)), ADD)),
            id="a result that is used twice",
        ),
        pytest.param(
            Wiring(steps=(replace(dense("a"), is_output=True), replace(HEAD, takes=("a",)))),
            id="a result that is an output as well",
        ),
        pytest.param(chain(replace(dense("a"), calls=2), HEAD), id="a shared layer"),
        pytest.param(chain(dense("a", "swish"), HEAD), id="an activation of another name"),
    ],
)
def test_stays_silent(wiring: Wiring) -> None:
    assert list(stacked_linear_layers(wiring)) == []


def test_does_not_apply_without_such_layers() -> None:
    with pytest.raises(DoesNotApplyError):
        list(stacked_linear_layers(chain(Step(name="e", kind="Embedding"))))


SICK = """\
model = keras.Sequential([
    keras.layers.Dense(32),
    keras.layers.Dense(16, None),  # narrower
    keras.layers.Dense(3, activation="softmax"),
])
"""
CURED = SICK.replace("Dense(32)", 'Dense(32, activation="relu")').replace("None", '"relu"')


def test_treatment() -> None:
    wiring = chain(dense("a", line=2), dense("b", line=3), HEAD)
    (finding,) = stacked_linear_layers(wiring)
    (treated,) = stacked_linear_layers.treatments(finding, Cell(SICK))
    assert (treated.effect, treated.patched) == ("model", CURED)
    (again,) = stacked_linear_layers.treatments(finding, Cell(CURED))
    assert again.patched is None


def test_treatment_is_advice_where_the_layers_are_made_elsewhere() -> None:
    (finding,) = stacked_linear_layers(chain(dense("a"), HEAD))
    (offered,) = stacked_linear_layers.treatments(finding, Cell(SICK))
    assert offered.patched is None
    assert "Create `a` with" in offered.text


def test_several_layers_on_a_line_are_left_alone() -> None:
    (finding,) = stacked_linear_layers(chain(dense("a", line=1), HEAD))
    (offered,) = stacked_linear_layers.treatments(finding, Cell("y = Dense(3)(Dense(32)(x))"))
    assert offered.patched is None


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64) % 3

    def rules_that_fire(activation: str | None) -> set[str]:
        model = keras.Sequential(
            [
                keras.Input((10,)),
                keras.layers.Dense(16, activation=activation),
                keras.layers.Dense(3, activation="softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "stacked-linear-layers" in rules_that_fire(None)
    assert "stacked-linear-layers" not in rules_that_fire("relu")
