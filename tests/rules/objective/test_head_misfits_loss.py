from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.rules.objective.head_misfits_loss import head_misfits_loss
from nbdoctor.rules.rule import DoesNotApplyError, Finding


def findings(loss: str, activation: str = "linear", **facts: Any) -> list[Finding]:
    given = {"width": 1, "layer": "dense", **facts}
    return list(
        head_misfits_loss(
            Head(outputs=(Output(name="y", loss=loss, activation=activation, **given),))
        )
    )


@pytest.mark.parametrize(
    ("loss", "activation", "severity", "words"),
    [
        ("poisson", "linear", "critical", "logarithm of a negative output is NaN"),
        ("poisson", "tanh", "critical", "ends in tanh"),
        ("dice", "linear", "critical", "can decrease below zero"),
        ("tversky", "relu", "critical", "can decrease below zero"),
        ("kl_divergence", "linear", "critical", "clipped to 0 and 1"),
        ("hinge", "sigmoid", "warning", "of class -1"),
        ("squared_hinge", "relu", "warning", "of class -1"),
        ("ctc", "softmax", "warning", "softmax itself"),
        ("cosine_similarity", "linear", "critical", "only the sign"),
    ],
)
def test_fires(loss: str, activation: str, severity: str, words: str) -> None:
    (finding,) = findings(loss, activation)
    assert words in finding.says
    assert finding.severity == severity


def test_what_was_seen_is_told() -> None:
    (finding,) = findings("poisson", minimum=0.2, maximum=1.5, rows=32)
    assert "puts out 0.2 to 1.5 for the first 32 rows" in finding.says


def test_an_output_without_an_activation_is_judged_by_its_operations() -> None:
    assert len(findings("poisson", "", least=-1.0, most=9.0)) == 1
    assert findings("poisson", "", least=0.0, most=9.0) == []


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        ("poisson", "softplus"),
        ("poisson", "exponential"),
        ("poisson", "relu"),
        ("dice", "sigmoid"),
        ("dice", "softmax"),
        ("hinge", "tanh"),
        ("hinge", "linear"),
        ("ctc", "linear"),
        ("kl_divergence", "softmax"),
    ],
)
def test_stays_silent(loss: str, activation: str) -> None:
    assert findings(loss, activation) == []


def test_cosine_similarity_of_vectors_is_fine() -> None:
    assert findings("cosine_similarity", width=8) == []


@pytest.mark.parametrize("loss", ["mean_squared_error", "binary_crossentropy", "custom", ""])
def test_does_not_apply(loss: str) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(loss)


def test_does_not_apply_to_an_unknown_activation() -> None:
    with pytest.raises(DoesNotApplyError):
        findings("poisson", "")


CELL = """\
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("adam", "LOSS")
"""


@pytest.mark.parametrize(
    ("loss", "now"),
    [
        ("poisson", 'Dense(1, activation="softplus")'),
        ("dice", 'Dense(1, activation="sigmoid")'),
        ("cosine_similarity", '"mean_squared_error"'),
    ],
)
def test_treatment(loss: str, now: str) -> None:
    (finding,) = findings(loss)
    (treated,) = head_misfits_loss.treatments(finding, Cell(CELL.replace("LOSS", loss)))
    assert treated.patched is not None
    assert now in treated.patched


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).random((64, 4))

    def rules_that_fire(activation: str | None) -> set[str]:
        layers = [keras.layers.Dense(1, activation), keras.layers.Flatten()]
        model = keras.Sequential([keras.Input((4,)), *layers])
        model.compile("adam", "poisson")
        return {one.rule for one in nbdoctor.diagnose(model, x, np.arange(64) % 5).findings}

    assert "head-misfits-loss" in rules_that_fire(None)
    assert "head-misfits-loss" not in rules_that_fire("softplus")
