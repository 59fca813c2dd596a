import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.rules.objective.logits_as_probabilities import logits_as_probabilities
from nbdoctor.rules.rule import DoesNotApplyError


def output(
    low: float | None = -4.0,
    high: float | None = 3.5,
    loss: str = "sparse_categorical_crossentropy",
    activation: str = "linear",
    width: int = 3,
    *,
    from_logits: bool = False,
) -> Head:
    made = Output(
        name="dense_1",
        layer="dense_1",
        shape=(None, width),
        width=width,
        activation=activation,
        loss=loss,
        from_logits=from_logits,
        minimum=low,
        maximum=high,
        rows=64,
    )
    return Head(outputs=(made,))


@pytest.mark.parametrize(
    ("head", "severity", "words"),
    [
        pytest.param(
            output(),
            "critical",
            ("no activation, outputs values from -4 to 3.5 in 64 rows",),
            id="linear head under the sparse loss",
        ),
        pytest.param(
            output(loss="categorical_crossentropy"),
            "critical",
            ("`categorical_crossentropy` does not have `from_logits=True`",),
            id="linear head under the categorical loss",
        ),
        pytest.param(
            output(loss="binary_crossentropy", width=1),
            "warning",
            ("slower than necessary",),
            id="one linear unit",
        ),
        pytest.param(
            output(loss="binary_crossentropy"),
            "critical",
            ("get no gradient",),
            id="several linear units under binary cross-entropy",
        ),
        pytest.param(output(-0.9, 0.9, activation="tanh"), "critical", ("tanh",), id="tanh head"),
        pytest.param(output(0.0, 7.0, activation="relu"), "critical", ("relu",), id="ReLU head"),
        pytest.param(output(0.2, 1.1), "critical", ("0.2 to 1.1",), id="only above 1"),
        pytest.param(output(-0.001, 0.5), "critical", ("-0.001 to 0.5",), id="just below 0"),
        pytest.param(
            output(0.2, 0.5), "critical", ("so far 0.2 to 0.5",), id="linear, and inside by chance"
        ),
        pytest.param(
            output(None, None), "critical", ("outputs any values,",), id="before any prediction"
        ),
        pytest.param(
            output(0.1, 1.4, activation=""), "critical", ("0.1 to 1.4",), id="not known, and seen"
        ),
    ],
)
def test_fires(head: Head, severity: str, words: tuple[str, ...]) -> None:
    (finding,) = logits_as_probabilities(head)
    assert all(word in finding.says for word in words)
    assert (finding.severity, finding.kind) == (severity, "proof")


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(output(0.1, 0.8, activation="softmax"), id="softmax"),
        pytest.param(output(0.0, 1.0, activation="softmax"), id="a softmax at its ends"),
        pytest.param(output(0.1, 0.8, "binary_crossentropy", "sigmoid", 1), id="sigmoid"),
        pytest.param(output(0.1, 0.8, activation=""), id="probabilities by a layer of one's own"),
        pytest.param(output(0.0, 1.0000001, activation="softmax"), id="rounding in float32"),
        pytest.param(output(-1e-8, 1.0, activation=""), id="rounding below 0"),
        pytest.param(output(float("nan"), float("nan"), activation=""), id="NaN is another rule's"),
        pytest.param(output(0.1, 0.9, activation="relu"), id="a ReLU is another rule's"),
    ],
)
def test_stays_silent(head: Head) -> None:
    assert list(logits_as_probabilities(head)) == []


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(output(from_logits=True), id="declared logits"),
        pytest.param(output(None, None, activation=""), id="nothing is known"),
        pytest.param(output(loss="mean_squared_error"), id="regression"),
        pytest.param(output(loss="hinge", width=1), id="hinge takes scores"),
        pytest.param(output(loss="custom"), id="a loss of the user's own"),
        pytest.param(output(loss=""), id="no loss"),
    ],
)
def test_does_not_apply(head: Head) -> None:
    with pytest.raises(DoesNotApplyError):
        list(logits_as_probabilities(head))


SICK = """\
import keras
hidden = keras.layers.Dense(8, "relu")
model = keras.Sequential([hidden, keras.layers.Dense(3)])  # two layers
model.compile("adam", "sparse_categorical_crossentropy")
"""
HEALTHY = SICK.replace("Dense(3)", 'Dense(3, activation="softmax")')
DECLARED = SICK.replace(
    '"sparse_categorical_crossentropy"',
    "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
)


def test_treatment_offers_a_softmax_and_declared_logits() -> None:
    (finding,) = logits_as_probabilities(output())
    offers = list(logits_as_probabilities.treatments(finding, Cell(SICK)))
    assert [offer.patched for offer in offers] == [HEALTHY, DECLARED]


def test_treatment_twice_is_once() -> None:
    (finding,) = logits_as_probabilities(output())
    assert next(iter(logits_as_probabilities.treatments(finding, Cell(HEALTHY)))).patched is None
    assert list(logits_as_probabilities.treatments(finding, Cell(DECLARED)))[1].patched is None


def test_treatment_never_declares_a_tanh_to_be_logits() -> None:
    (finding,) = logits_as_probabilities(output(-0.9, 0.9, activation="tanh"))
    (offer,) = logits_as_probabilities.treatments(finding, Cell(SICK))
    assert offer.patched == HEALTHY


def test_treatment_gives_one_unit_a_sigmoid() -> None:
    (finding,) = logits_as_probabilities(output(loss="binary_crossentropy", width=1))
    offer, *_ = logits_as_probabilities.treatments(finding, Cell(SICK.replace("(3)", "(1)")))
    assert offer.patched is not None
    assert 'Dense(1, activation="sigmoid")' in offer.patched


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64) % 3

    def rules_that_fire(activation: str | None) -> set[str]:
        model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation=activation)])
        model.compile("adam", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "logits-as-probabilities" in rules_that_fire(None)
    assert "logits-as-probabilities" not in rules_that_fire("softmax")
