from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.labels.unnormalised_targets import unnormalised_targets
from nbdoctor.rules.rule import DoesNotApplyError, Finding

VOTES = {
    "encoding": "continuous",
    "row_sum_minimum": 0.0,
    "row_sum_maximum": 9.0,
    "most_filled": 3,
}


def findings(loss: str = "categorical_crossentropy", **target: Any) -> list[Finding]:
    output = Output(name="y", layer="head", width=3, loss=loss)
    facts = {"name": "y", "variable": "votes"} | VOTES | target
    return list(unnormalised_targets(Labels(targets=(Target(**facts),)), Head(outputs=(output,))))


@pytest.mark.parametrize(
    ("target", "words"),
    [
        pytest.param({}, "`votes` has rows that sum to 0 to 9", id="counts"),
        pytest.param({"encoding": "ids"}, "0 to 9", id="whole counts"),
        pytest.param(
            {"row_sum_minimum": 100.0, "row_sum_maximum": 100.0}, "sum to 100,", id="per cent"
        ),
    ],
)
def test_fires(target: dict[str, Any], words: str) -> None:
    (finding,) = findings(**target)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("warning", "proof")


@pytest.mark.parametrize(
    "target",
    [
        pytest.param({"row_sum_maximum": 1.0, "encoding": "one-hot"}, id="one-hot"),
        pytest.param({"row_sum_maximum": 1.0004, "encoding": "soft"}, id="rounding"),
        pytest.param({"encoding": "multi-hot"}, id="several classes are another rule's"),
        pytest.param({"most_filled": 1}, id="policy gradients weigh the row"),
        pytest.param({"row_sum_maximum": 1.0}, id="some rows are left out by zeros"),
    ],
)
def test_stays_silent(target: dict[str, Any]) -> None:
    assert findings(**target) == []


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"loss": "mean_squared_error"}, id="several quantities"),
        pytest.param({"loss": "binary_crossentropy"}, id="a target for each unit"),
        pytest.param({"row_sum_maximum": None}, id="class numbers"),
    ],
)
def test_does_not_apply(given: dict[str, Any]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(**given)


HEAD = 'Dense(3, activation="softmax", name="head")'


def test_treatment_of_amounts_comes_first() -> None:
    (finding,) = findings("kl_divergence")
    cell = f'model = Sequential([{HEAD}])\nmodel.compile("adam", "kld")\nmodel.fit(x, votes)\n'
    amounts, shares = unnormalised_targets.treatments(finding, Cell(cell))
    assert '"mean_squared_error"' in (amounts.patched or "")
    assert "softmax" not in (amounts.patched or "")
    assert shares.title == "Divide each row by its sum"


@pytest.mark.parametrize(
    "target",
    [
        pytest.param({"encoding": "ids"}, id="counts"),
        pytest.param({"row_sum_minimum": 99.0, "row_sum_maximum": 101.0}, id="per cent"),
    ],
)
def test_no_treatment_takes_shares_for_amounts(target: dict[str, Any]) -> None:
    (finding,) = findings(**target)
    (only,) = unnormalised_targets.treatments(finding, Cell("model.fit(x, votes)"))
    assert only.title == "Divide each row by its sum"


def test_treatment_names_the_targets() -> None:
    (finding,) = findings(encoding="ids")
    (offer,) = unnormalised_targets.treatments(finding, Cell("model.fit(x, votes)"))
    assert offer.patched == "model.fit(x, votes / votes.sum(axis=-1, keepdims=True))"
    (again,) = unnormalised_targets.treatments(finding, Cell(offer.patched))
    assert again.patched is None
    (told,) = unnormalised_targets.treatments(finding, Cell("model.fit(*data)"))
    assert "`votes / votes.sum(axis=-1, keepdims=True)`" in told.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    rng = np.random.default_rng(0)
    x, votes = rng.normal(size=(64, 4)), rng.integers(1, 5, size=(64, 3)).astype("float32")

    def rules_that_fire(y: np.ndarray) -> set[str]:
        head = keras.layers.Dense(3, activation="softmax")
        model = keras.Sequential([keras.Input((4,)), head])
        model.compile("adam", "categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "unnormalised-targets" in rules_that_fire(votes)
    assert "unnormalised-targets" not in rules_that_fire(votes / votes.sum(axis=1, keepdims=True))
