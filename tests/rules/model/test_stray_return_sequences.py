from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.wiring import Step, Wiring
from nbdoctor.rules.model.stray_return_sequences import stray_return_sequences
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.wired import chain, dense

LSTM = Step(name="lstm", kind="LSTM", sequences=True)
HEAD = dense("head", width=1)


def findings(
    labels: tuple[int, ...],
    shape: tuple[int | None, ...] = (None, 12, 1),
    wiring: Wiring | None = None,
    loss: str = "mean_squared_error",
) -> list[Finding]:
    target = Target(name="y", variable="prices", rows=64, shape=labels, rank=1 + len(labels))
    output = Output(name="y", layer="head", shape=shape, rank=len(shape), loss=loss)
    return list(
        stray_return_sequences(
            Labels(targets=(target,)), Head(outputs=(output,)), wiring or chain(LSTM, HEAD)
        )
    )


@pytest.mark.parametrize(
    ("labels", "shape", "words"),
    [
        pytest.param((), (None, 12, 1), "12 predictions per row", id="flat labels"),
        pytest.param((1,), (None, 12, 1), "with shape (rows, 1) hold", id="labels in a column"),
        pytest.param((), (None, 12, 3), "with shape (rows,) hold", id="class numbers"),
        pytest.param((3,), (None, 12, 3), "(shape (rows, 12, 3))", id="one-hot"),
        pytest.param((), (None, None, 1), "for every time step", id="steps of any number"),
    ],
)
def test_fires(labels: tuple[int, ...], shape: tuple[int | None, ...], words: str) -> None:
    (finding,) = findings(labels, shape)
    assert words in finding.says
    assert (finding.severity, finding.kind, finding.where.layer) == ("critical", "proof", "lstm")


def test_it_is_found_before_layers_that_process_each_step_separately() -> None:
    inner = replace(LSTM, name="first")
    wiring = chain(inner, LSTM, dense("a", "relu"), Step(name="d", kind="Dropout"), HEAD)
    (finding,) = findings((), wiring=wiring)
    assert finding.where.layer == "lstm"


@pytest.mark.parametrize(
    ("labels", "shape", "wiring"),
    [
        pytest.param((12, 1), (None, 12, 1), None, id="a label per time step"),
        pytest.param((12,), (None, 12, 1), None, id="a label per time step, flat"),
        pytest.param((12,), (None, 12, 5), None, id="a class number per time step"),
        pytest.param((12,), (None, 12, 12), None, id="as many classes as steps"),
        pytest.param((7,), (None, None, 7), None, id="steps of any number, labels of 7"),
        pytest.param((3,), (None, 12, 5), None, id="labels that fit nothing"),
        pytest.param((), (None, 1), None, id="one prediction per row"),
        pytest.param(
            (), (None, 12, 1), chain(replace(LSTM, sequences=False), HEAD), id="not returned"
        ),
        pytest.param(
            (),
            (None, 12, 1),
            chain(Step(name="c", kind="Conv1D"), HEAD),
            id="steps that do not come from a recurrent layer",
        ),
        pytest.param(
            (),
            (None, 12, 1),
            chain(LSTM, Step(name="c", kind="MultiHeadAttention"), HEAD),
            id="something between that reads the steps",
        ),
    ],
)
def test_stays_silent(
    labels: tuple[int, ...], shape: tuple[int | None, ...], wiring: Wiring | None
) -> None:
    assert findings(labels, shape, wiring) == []


@pytest.mark.parametrize(
    ("shape", "loss"),
    [
        pytest.param((None, 12, 5), "ctc", id="a loss for labels of another length"),
        pytest.param((None, 12, 5), "custom", id="a loss of the user's own"),
        pytest.param((), "mean_squared_error", id="a shape that is not known"),
    ],
)
def test_does_not_apply(shape: tuple[int | None, ...], loss: str) -> None:
    with pytest.raises(DoesNotApplyError):
        findings((), shape, loss=loss)


SICK = """\
model = keras.Sequential([
    keras.layers.LSTM(16, return_sequences=True),
    keras.layers.Bidirectional(keras.layers.LSTM(16, return_sequences=True)),
    keras.layers.Dense(1),
])
"""
CURED = SICK.replace("True))", "False))")


def test_treatment() -> None:
    (finding,) = findings(())
    (treated,) = stray_return_sequences.treatments(finding, Cell(SICK))
    assert (treated.effect, treated.patched) == ("model", CURED)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(SICK + SICK, id="two models"),
        pytest.param("model = built()", id="made elsewhere"),
        pytest.param(SICK.replace("True", "flag"), id="a name that tells nothing"),
    ],
)
def test_treatment_is_advice_where_the_layer_is_not_plain(source: str) -> None:
    (finding,) = findings(())
    (offered,) = stray_return_sequences.treatments(finding, Cell(source))
    assert offered.patched is None
    assert "Create `lstm` with" in offered.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).random((64, 6, 3))

    def rules_that_fire(*, sequences: bool) -> set[str]:
        recurrent = keras.layers.GRU(4, return_sequences=sequences)
        model = keras.Sequential([keras.Input((6, 3)), recurrent, keras.layers.Dense(1)])
        model.compile("adam", "mse")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, x.sum((1, 2))).findings}

    assert "stray-return-sequences" in rules_that_fire(sequences=True)
    assert "stray-return-sequences" not in rules_that_fire(sequences=False)
