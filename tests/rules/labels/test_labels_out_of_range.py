import ast

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.labels.labels_out_of_range import labels_out_of_range
from nbdoctor.rules.rule import DoesNotApplyError, Finding


def target(*values: float, shape: tuple[int, ...] = (), encoding: str = "ids") -> Target:
    return Target(
        name="dense",
        variable="labels",
        rows=10 * len(values),
        shape=shape,
        rank=1 + len(shape),
        minimum=min(values),
        maximum=max(values),
        distinct=len(values),
        counts=tuple((float(value), 10) for value in values),
        encoding=encoding,
    )


def output(
    width: int | None = 3,
    loss: str = "sparse_categorical_crossentropy",
    ignore_class: int | None = None,
    places: tuple[int, ...] = (),
) -> Output:
    return Output(
        name="dense",
        layer="dense",
        shape=(None, *places, width),
        rank=2 + len(places),
        width=width,
        activation="softmax",
        loss=loss,
        ignore_class=ignore_class,
    )


def findings(labels: Target, head: Output) -> list[Finding]:
    return list(labels_out_of_range(Labels(targets=(labels,)), Head(outputs=(head,))))


@pytest.mark.parametrize(
    ("labels", "head", "words"),
    [
        pytest.param(
            target(1, 2, 3),
            output(),
            ("from 1 to 3", "3 units, for classes 0 to 2", "10 of the 30 examined labels"),
            id="classes 1 to 3, three units",
        ),
        pytest.param(target(1, 2, 3, shape=(1,)), output(), ("from 1 to 3",), id="in a column"),
        pytest.param(target(-1, 0, 1), output(), ("from -1 to 1",), id="a negative class"),
        pytest.param(
            target(0, 1),
            output(1),
            ("has 1 unit, for class 0",),
            id="two classes for one unit",
        ),
        pytest.param(
            target(0, 1, 255, shape=(8, 8)),
            output(2, places=(8, 8)),
            ("from 0 to 255", "10 of the 30"),
            id="border pixels without ignore_class",
        ),
        pytest.param(
            target(0, 3, 255),
            output(3, ignore_class=255),
            ("from 0 to 3",),
            id="another class is out of range beside the ignored one",
        ),
        pytest.param(target(0, 1, 3.7), output(), ("from 0 to 3",), id="3.7 is cut to class 3"),
    ],
)
def test_fires(labels: Target, head: Output, words: tuple[str, ...]) -> None:
    (finding,) = findings(labels, head)
    assert all(word in finding.says for word in words)
    assert finding.severity == "critical"
    assert finding.kind == "proof"


@pytest.mark.parametrize(
    ("labels", "head"),
    [
        pytest.param(target(0, 1, 2), output(), id="classes 0 to 2, three units"),
        pytest.param(target(0, 2), output(), id="a class that never occurs"),
        pytest.param(target(1, 2), output(), id="class 0 never occurs"),
        pytest.param(target(0, 1), output(1000), id="far more units than classes"),
        pytest.param(target(0), output(1), id="one class for one unit"),
        pytest.param(target(0, 1, 255), output(2, ignore_class=255), id="ignored border pixels"),
        pytest.param(target(-1, 0, 1), output(2, ignore_class=-1), id="ignored padding"),
        pytest.param(target(255), output(2, ignore_class=255), id="only ignored labels"),
        pytest.param(target(0, 1, 2.9), output(), id="2.9 is cut to class 2"),
        pytest.param(target(-0.5, 1, 2), output(), id="-0.5 is cut to class 0"),
        pytest.param(
            target(0, 1, 2, shape=(12,)),
            output(places=(12,)),
            id="a class for each step of a sequence",
        ),
    ],
)
def test_stays_silent(labels: Target, head: Output) -> None:
    assert findings(labels, head) == []


@pytest.mark.parametrize(
    ("labels", "head"),
    [
        pytest.param(target(0, 9), output(loss="mean_squared_error"), id="regression"),
        pytest.param(target(0, 9), output(loss="categorical_crossentropy"), id="another loss"),
        pytest.param(target(0, 9), output(loss="custom"), id="a loss of the user's own"),
        pytest.param(target(0, 9), output(None), id="an unknown width"),
        pytest.param(
            target(0, 9, shape=(3,), encoding="one-hot"),
            output(),
            id="one-hot labels are another rule's",
        ),
        pytest.param(target(0, 9, encoding="text"), output(), id="text"),
    ],
)
def test_does_not_apply(labels: Target, head: Output) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(labels, head)


SICK = """\
model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, labels, epochs=3)  # three classes
"""


def offers(labels: Target, head: Output, source: str) -> dict[str, tuple[str | None, str]]:
    (finding,) = findings(labels, head)
    treatments = labels_out_of_range.treatments(finding, Cell(source))
    return {offer.title: (offer.patched, offer.text) for offer in treatments}


def test_treatment_starts_the_classes_at_zero() -> None:
    patched, _ = offers(target(1, 2, 3), output(), SICK)["Start the class ids at 0"]
    assert patched == SICK.replace("x, labels,", "x, labels - 1,")
    assert ast.parse(patched)
    again, _ = offers(target(1, 2, 3), output(), patched)["Start the class ids at 0"]
    assert again is None


def test_treatment_only_advises_where_validation_labels_would_stay_behind() -> None:
    source = SICK.replace("epochs=3", "validation_data=(u, v)")
    patched, text = offers(target(1, 2, 3), output(), source)["Start the class ids at 0"]
    assert patched is None
    assert "Subtract 1" in text


def test_treatment_closes_gaps_by_advice() -> None:
    patched, text = offers(target(10, 20), output(2), SICK)["Start the class ids at 0"]
    assert patched is None
    assert "np.unique(labels" in text


def test_treatment_widens_the_head() -> None:
    patched, _ = offers(target(0, 1, 2, 4), output(), SICK)["Use one output unit per class"]
    assert patched == SICK.replace("Dense(3,", "Dense(5,")


def test_treatment_takes_the_binary_loss_for_one_unit() -> None:
    source = SICK.replace("Dense(3,", "Dense(1,")
    patched, _ = offers(target(0, 1), output(1), source)["Use one output unit per class"]
    expected = source.replace("sparse_categorical_crossentropy", "binary_crossentropy")
    assert patched == expected.replace("softmax", "sigmoid")


@pytest.mark.parametrize("mark", [pytest.param(-1, id="padding"), pytest.param(999, id="border")])
def test_treatment_names_ignore_class_for_a_lone_mark(mark: int) -> None:
    patched, text = offers(target(0, 1, 2, mark), output(), SICK)["Use one output unit per class"]
    assert patched is None
    assert f"ignore_class={mark}" in text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64) % 3

    def rules_that_fire(labels: np.ndarray) -> set[str]:
        model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, labels).findings}

    assert "labels-out-of-range" in rules_that_fire(y + 1)
    assert "labels-out-of-range" not in rules_that_fire(y)
