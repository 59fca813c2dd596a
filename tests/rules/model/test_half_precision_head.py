import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.rules.model.half_precision_head import half_precision_head
from nbdoctor.rules.rule import DoesNotApplyError, Finding


def findings(dtype: str, loss: str = "mean_squared_error", layer: str = "head") -> list[Finding]:
    output = Output(name="y", layer=layer, dtype=dtype, loss=loss)
    return list(half_precision_head(Head(outputs=(output,))))


@pytest.mark.parametrize(
    ("loss", "layer", "name"),
    [
        pytest.param("sparse_categorical_crossentropy", "head", "`head`", id="classes"),
        pytest.param("custom", "head", "`head`", id="a loss of the user's own"),
        pytest.param("mean_squared_error", "", "the model", id="a layer that is not known"),
    ],
)
def test_fires(loss: str, layer: str, name: str) -> None:
    (finding,) = findings("float16", loss, layer)
    assert f"The predictions of {name}" in finding.says
    assert (finding.severity, finding.kind) == ("warning", "proof")


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float64", "int32"])
def test_stays_silent(dtype: str) -> None:
    assert findings(dtype) == []


@pytest.mark.parametrize(
    ("dtype", "loss"),
    [
        pytest.param("float16", "", id="an output without a loss"),
        pytest.param("", "mean_squared_error", id="nothing predicted yet"),
    ],
)
def test_does_not_apply(dtype: str, loss: str) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(dtype, loss)


SICK = """\
model = keras.Sequential([
    keras.layers.Dense(8, activation="relu"),
    keras.layers.Dense(3, activation="softmax", name="head"),
])
"""
CURED = SICK.replace('name="head"', 'name="head", dtype="float32"')


def test_treatment() -> None:
    (finding,) = findings("float16")
    (treated,) = half_precision_head.treatments(finding, Cell(SICK))
    assert (treated.effect, treated.patched) == ("model", CURED)
    (again,) = half_precision_head.treatments(finding, Cell(CURED))
    assert again.patched is None
    (elsewhere,) = half_precision_head.treatments(finding, Cell("model.fit(x, y)"))
    assert elsewhere.patched is None


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64) % 3

    def rules_that_fire(dtype: str) -> set[str]:
        hidden = keras.layers.Dense(8, "relu", dtype="mixed_float16")
        head = keras.layers.Dense(3, "softmax", dtype=dtype)
        model = keras.Sequential([keras.Input((10,)), hidden, head])
        model.compile("adam", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "half-precision-head" in rules_that_fire("mixed_float16")
    assert "half-precision-head" not in rules_that_fire("mixed_bfloat16")
    assert "half-precision-head" not in rules_that_fire("float32")
