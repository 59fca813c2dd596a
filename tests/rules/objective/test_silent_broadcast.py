import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.objective.silent_broadcast import silent_broadcast
from nbdoctor.rules.rule import DoesNotApplyError, Finding


def findings(
    target: tuple[int, ...],
    output: tuple[int | None, ...],
    loss: str = "mean_squared_error",
    *,
    encoding: str = "ids",
    highest: float = 2,
    head: str = "softmax",
) -> list[Finding]:
    labels = Target(
        name="dense",
        variable="labels",
        shape=target,
        rank=1 + len(target),
        encoding=encoding,
        maximum=highest,
    )
    made = Output(
        name="dense",
        layer="dense",
        shape=(None, *output),
        rank=1 + len(output),
        width=output[-1] if output else None,
        activation=head,
        loss=loss,
    )
    return list(silent_broadcast(Labels(targets=(labels,)), Head(outputs=(made,))))


@pytest.mark.parametrize(
    ("target", "output", "words"),
    [
        pytest.param(
            (1,),
            (3,),
            (
                "`labels` has shape (rows, 1)",
                "`dense` has output shape (rows, 3)",
                "with 3 outputs",
            ),
            id="a column against three outputs",
        ),
        pytest.param((3,), (1,), ("the same output is compared with 3 targets",), id="the reverse"),
        pytest.param(
            (),
            (5, 1),
            ("each prediction is compared with the targets of every row",),
            id="one target per row, one answer per step",
        ),
        pytest.param((1,), (5, 1), ("compared with 5 outputs",), id="a column, answers per step"),
        pytest.param((), (None, 1), ("every row",), id="steps whose number is not known"),
        pytest.param((), (26, 26, 1), ("every row",), id="a picture that was not flattened"),
        pytest.param((5, 1), (5, 3), ("compared with 3 outputs",), id="per step, three outputs"),
    ],
)
def test_fires(
    target: tuple[int, ...],
    output: tuple[int | None, ...],
    words: tuple[str, ...],
) -> None:
    (finding,) = findings(target, output)
    assert all(word in finding.says for word in words)
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "loss",
    ["mean_absolute_error", "huber", "hinge", "categorical_hinge", "poisson", "dice"],
)
def test_fires_under_every_loss_that_does_not_check(loss: str) -> None:
    (finding,) = findings((1,), (3,), loss)
    assert f"`{loss}` does not check that" in finding.says


@pytest.mark.parametrize(
    ("target", "output"),
    [
        pytest.param((1,), (1,), id="a column against one output"),
        pytest.param((), (1,), id="flat targets against one output: Keras adds the axis"),
        pytest.param((1,), (), id="a column against a flat output: Keras drops the axis"),
        pytest.param((), (), id="both flat"),
        pytest.param((3,), (3,), id="three targets, three outputs"),
        pytest.param((5,), (5, 1), id="a target per step, a last axis of 1"),
        pytest.param((5, 1), (5,), id="the reverse"),
        pytest.param((28, 28, 1), (28, 28, 1), id="an autoencoder"),
        pytest.param((8, 8), (8, 8, 1), id="a mask without its channel axis"),
        pytest.param((), (3,), id="Keras raises: flat targets against three outputs"),
        pytest.param((4,), (3,), id="Keras raises: four targets against three outputs"),
        pytest.param((1,), (None,), id="a width that is not known"),
        pytest.param((5,), (None, 1), id="a number of steps that is not known"),
    ],
)
def test_stays_silent(target: tuple[int, ...], output: tuple[int | None, ...]) -> None:
    assert findings(target, output) == []


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param("binary_crossentropy", id="checks by itself"),
        pytest.param("categorical_crossentropy", id="checks by itself too"),
        pytest.param("sparse_categorical_crossentropy", id="wants another shape"),
        pytest.param("custom", id="a loss of the user's own may pack several things into y"),
        pytest.param("", id="no loss"),
    ],
)
def test_does_not_apply(loss: str) -> None:
    with pytest.raises(DoesNotApplyError):
        findings((1,), (3,), loss)


SICK = """\
model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
model.compile("adam", loss="mse", metrics=["accuracy"])
"""


def test_treatment_for_class_numbers() -> None:
    (finding,) = findings((1,), (3,))
    cured, widened = silent_broadcast.treatments(finding, Cell(SICK))
    assert cured.patched == SICK.replace("mse", "sparse_categorical_crossentropy")
    assert widened.effect == "judgement"
    again, _ = silent_broadcast.treatments(finding, Cell(cured.patched))
    assert again.patched is None


def test_treatment_gives_class_numbers_a_softmax() -> None:
    (finding,) = findings((1,), (3,), head="linear")
    cured, _ = silent_broadcast.treatments(finding, Cell(SICK.replace("softmax", "linear")))
    assert cured.patched == SICK.replace("mse", "sparse_categorical_crossentropy")


def test_treatment_for_a_number_to_predict_narrows_the_head() -> None:
    (finding,) = findings((1,), (3,), encoding="continuous")
    (offer,) = silent_broadcast.treatments(finding, Cell(SICK))
    assert offer.patched == SICK.replace("Dense(3", "Dense(1")


def test_treatment_for_answers_per_step_is_advice() -> None:
    (finding,) = findings((), (5, 1), encoding="continuous")
    (offer,) = silent_broadcast.treatments(finding, Cell(SICK))
    assert offer.patched is None
    assert "`return_sequences=False`" in offer.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64)[:, None] % 3

    def rules_that_fire(loss: str) -> set[str]:
        model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
        model.compile("adam", loss)
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "silent-broadcast" in rules_that_fire("mse")
    assert "silent-broadcast" not in rules_that_fire("sparse_categorical_crossentropy")
