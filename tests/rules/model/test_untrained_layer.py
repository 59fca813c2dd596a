import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.rules.model.untrained_layer import untrained_layer
from nbdoctor.rules.rule import DoesNotApplyError, Finding


def weight(path: str, *norms: float, left_out: bool = False) -> WeightGradient:
    return WeightGradient(
        path=path,
        layer=path.rpartition("/")[0],
        norms=norms,
        weight_norm=1.0,
        is_kernel=path.endswith("kernel"),
        missing=not norms,
        left_out=left_out,
    )


BODY = weight("body/kernel", 0.5, 0.4)


def findings(*weights: WeightGradient, batches: int = 1) -> list[Finding]:
    head = Head(
        outputs=(
            Output(name="a", layer="a", loss="mean_squared_error"),
            Output(name="b", layer="b"),
        )
    )
    layers = Layers(
        model="m", layers=(Layer(name="b", kind="Dense", parameters=33),), trainable=99, total=99
    )
    return list(untrained_layer(Gradients(weights=weights, batches=batches), head, layers))


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        pytest.param((weight("b/kernel"), weight("b/bias")), "`b`", id="an output"),
        pytest.param((weight("c/kernel"),), "`c`", id="a layer inside"),
        pytest.param(
            tuple(weight(f"{name}/kernel") for name in "cdefg"), "and 2 more", id="five layers"
        ),
    ],
)
def test_fires(weights: tuple[WeightGradient, ...], words: str) -> None:
    (finding,) = findings(BODY, *weights)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("warning", "proof")


def test_says_that_an_output_has_no_loss() -> None:
    (finding,) = findings(BODY, weight("b/kernel"))
    assert "It is an output without a loss" in finding.says
    assert finding.measured["weights in these layers"] == 33
    (other,) = findings(BODY, weight("c/kernel"), batches=3)
    assert "without a loss" not in other.says
    assert "all 3 batches" in other.says


@pytest.mark.parametrize(
    "weights",
    [
        pytest.param((), id="all get one"),
        pytest.param((weight("b/kernel", 0.0),), id="a gradient of 0"),
        pytest.param((weight("b/kernel", 0.1), weight("b/bias")), id="a bias without effect"),
        pytest.param(
            (weight("teacher/kernel", left_out=True),), id="weights that the step does not train"
        ),
        pytest.param(
            (weight("b/kernel", left_out=True), weight("b/bias")), id="in part left to another step"
        ),
    ],
)
def test_stays_silent(weights: tuple[WeightGradient, ...]) -> None:
    assert findings(BODY, *weights) == []


@pytest.mark.parametrize(
    "weights",
    [
        pytest.param((), id="nothing is trained"),
        pytest.param((weight("b/kernel"),), id="no gradient anywhere: Keras raises"),
    ],
)
def test_does_not_apply(weights: tuple[WeightGradient, ...]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(*weights)


def test_treatment() -> None:
    (finding,) = findings(BODY, weight("b/kernel"))
    (offered,) = untrained_layer.treatments(finding, Cell("model.compile('adam', loss)"))
    assert (offered.effect, offered.patched) == ("advice", None)
    assert "If `b` is meant to be trained" in offered.text


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")  # Keras warns of it as well
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).random((64, 4))
    y = x.sum(axis=1)

    def rules_that_fire(*losses: str | None) -> set[str]:
        seen = keras.Input((4,))
        outputs = [keras.layers.Dense(1, name=name)(seen) for name in ("first", "second")]
        model = keras.Model(seen, outputs)
        model.compile("adam", list(losses))
        return {finding.rule for finding in nbdoctor.diagnose(model, x, [y, y]).findings}

    assert "untrained-layer" in rules_that_fire("mse", None)
    assert "untrained-layer" not in rules_that_fire("mse", "mse")
