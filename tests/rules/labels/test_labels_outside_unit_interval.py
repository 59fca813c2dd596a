from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.labels.labels_outside_unit_interval import labels_outside_unit_interval
from nbdoctor.rules.rule import DoesNotApplyError, Finding


def target(
    low: float,
    high: float,
    distinct: int = 2,
    shape: tuple[int, ...] = (),
    encoding: str = "ids",
) -> Target:
    return Target(
        name="dense",
        variable="labels",
        rows=100,
        shape=shape,
        rank=1 + len(shape),
        minimum=low,
        maximum=high,
        distinct=distinct,
        encoding=encoding,
        below_zero=30 if low < 0 else 0,
        above_one=40 if high > 1 else 0,
    )


def output(
    shape: tuple[int | None, ...] = (None, 1),
    loss: str = "binary_crossentropy",
    *,
    from_logits: bool = False,
) -> Output:
    return Output(
        name="dense",
        layer="dense",
        shape=shape,
        rank=len(shape),
        width=shape[-1],
        activation="linear" if from_logits else "sigmoid",
        loss=loss,
        from_logits=from_logits,
    )


def findings(labels: Target, head: Output) -> list[Finding]:
    return list(labels_outside_unit_interval(Labels(targets=(labels,)), Head(outputs=(head,))))


@pytest.mark.parametrize(
    ("labels", "head", "words"),
    [
        pytest.param(target(1, 2), output(), ("1 to 2 (40 of its values",), id="1 and 2"),
        pytest.param(target(-1, 1), output(), ("-1 to 1 (30 of",), id="-1 and 1"),
        pytest.param(target(0, 9, 10, (1,)), output(), ("0 to 9",), id="ten classes in a column"),
        pytest.param(
            target(0, 255, 256, (28, 28, 1)),
            output((None, 28, 28, 1)),
            ("0 to 255",),
            id="raw pixels of an autoencoder",
        ),
        pytest.param(
            target(-2.1, 3.4, 90, (10,), "continuous"),
            output((None, 10)),
            ("-2.1 to 3.4 (70 of",),
            id="standardised columns of an autoencoder",
        ),
        pytest.param(
            target(0, 2, 3, (5,), "multi-hot"),
            output((None, 5), "binary_focal_crossentropy"),
            ("`binary_focal_crossentropy`",),
            id="counts instead of multi-hot",
        ),
        pytest.param(target(1, 2), output(from_logits=True), ("1 to 2",), id="declared logits"),
    ],
)
def test_fires(labels: Target, head: Output, words: tuple[str, ...]) -> None:
    (finding,) = findings(labels, head)
    assert all(word in finding.says for word in words)
    assert (finding.severity, finding.kind) == ("critical", "proof")


def test_noise_around_0_and_1_is_a_note() -> None:
    noisy = replace(target(0.003, 1.05, 900, encoding="continuous"), integral=False)
    (finding,) = findings(noisy, output())
    assert finding.severity == "note"
    assert "noise that was added on purpose" in finding.says
    assert list(labels_outside_unit_interval.treatments(finding, Cell(""))) == []


def test_quantities_get_no_unit_for_each_value() -> None:
    quantities = replace(target(0, 4392, 1000), rows=1465)
    (finding,) = findings(quantities, output())
    cell = Cell(
        'model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])\n'
        'model.compile("adam", "binary_crossentropy")\n'
    )
    offers = list(labels_outside_unit_interval.treatments(finding, cell))
    assert [one.title for one in offers if one.patched] == ["Treat the targets as numbers"]
    assert offers[0].patched is not None
    assert 'activation="linear"' in offers[0].patched
    assert '"mean_squared_error"' in offers[0].patched


@pytest.mark.parametrize(
    ("labels", "head"),
    [
        pytest.param(target(0, 1), output(), id="0 and 1"),
        pytest.param(target(0, 1, shape=(1,)), output(), id="0 and 1 in a column"),
        pytest.param(target(0.05, 0.95, encoding="continuous"), output(), id="soft labels"),
        pytest.param(target(0, 1.0000001), output(), id="rounding in float32"),
        pytest.param(target(-0.0000001, 1), output(), id="rounding below zero"),
        pytest.param(
            target(0, 1, 90, (10,), "continuous"),
            output((None, 10)),
            id="scaled columns of an autoencoder",
        ),
        pytest.param(target(0, 1, shape=(5,), encoding="multi-hot"), output((None, 5)), id="tags"),
        pytest.param(target(0, 0, 1), output(), id="a single class is another rule's"),
        pytest.param(target(0, 1, shape=(12,)), output((None, 12, 1)), id="0 and 1 per step"),
        pytest.param(target(0, 1, shape=(8, 8)), output((None, 8, 8, 1)), id="a mask of 0 and 1"),
    ],
)
def test_stays_silent(labels: Target, head: Output) -> None:
    assert findings(labels, head) == []


@pytest.mark.parametrize(
    ("labels", "head"),
    [
        pytest.param(target(-5, 5), output(loss="mean_squared_error"), id="regression"),
        pytest.param(target(-1, 1), output(loss="hinge"), id="hinge wants -1 and 1"),
        pytest.param(target(0, 9), output(loss="poisson"), id="a loss below zero by nature"),
        pytest.param(target(-1, 1), output(loss="cosine_similarity"), id="cosine similarity"),
        pytest.param(target(0, 2), output((None, 3)), id="Keras stops at these shapes"),
        pytest.param(target(0, 2, shape=(2,)), output(), id="two columns for one unit"),
        pytest.param(target(0, 2), output(loss="custom"), id="a loss of the user's own"),
    ],
)
def test_does_not_apply(labels: Target, head: Output) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(labels, head)


SICK = """\
model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, labels, epochs=3)
"""
CLASSES = """\
model = keras.Sequential([keras.layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, labels, epochs=3)
"""


@pytest.mark.parametrize(
    ("labels", "head", "after"),
    [
        pytest.param(target(1, 2), output(), SICK.replace("labels", "labels - 1"), id="1 and 2"),
        pytest.param(
            target(-1, 1), output(), SICK.replace("labels", "(labels + 1) / 2"), id="-1 and 1"
        ),
        pytest.param(
            target(0, 255), output(), SICK.replace("labels", "labels / 255"), id="0 and 255"
        ),
        pytest.param(
            target(0, 255, 256, (28, 28, 1)),
            output((None, 28, 28, 1)),
            SICK.replace("labels", "labels / 255"),
            id="pixels",
        ),
        pytest.param(target(0, 9, 10), output(), CLASSES, id="ten classes"),
    ],
)
def test_treatment(labels: Target, head: Output, after: str) -> None:
    (finding,) = findings(labels, head)
    (treated,) = labels_outside_unit_interval.treatments(finding, Cell(SICK))
    assert treated.patched == after
    (again,) = labels_outside_unit_interval.treatments(finding, Cell(after))
    assert again.patched is None


def test_treatment_uses_another_loss_for_real_numbers() -> None:
    labels, head = target(-2.1, 3.4, 90, (10,), "continuous"), output((None, 10))
    (finding,) = findings(labels, head)
    (offer,) = labels_outside_unit_interval.treatments(finding, Cell(SICK))
    assert offer.patched is not None
    assert "mean_squared_error" in offer.patched


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64) % 2

    def rules_that_fire(labels: np.ndarray) -> set[str]:
        model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="sigmoid")])
        model.compile("adam", "binary_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, labels).findings}

    assert "labels-outside-unit-interval" in rules_that_fire(2 * y - 1)
    assert "labels-outside-unit-interval" not in rules_that_fire(y)
