import math
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.weights import Weight, Weights
from nbdoctor.readings.wiring import Step, Wiring
from nbdoctor.rules.model.large_initial_weights import large_initial_weights
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.wired import chain, dense

HIGH = LossAtInit(reported=23.0, rehearsed=24.0, penalty=0.0, data=23.0, reference=2.3)
USUAL = replace(HIGH, data=2.5, rehearsed=2.5)
A, HEAD = dense("a", "relu"), dense("head", "softmax")
RELU, NORMAL = (
    Step(name="r", kind="ReLU", activation="relu"),
    Step(name="n", kind="GroupNormalization"),
)


def kernel(layer: str, gain: float, n: int = 100, *, trained: float = 1.0) -> Weight:
    size = gain / math.sqrt(n)
    return Weight(
        path=f"{layer}/kernel",
        layer=layer,
        shape=(n, 32),
        trainable=True,
        mean=0.0,
        std=size,
        norm=0.0,
        drawn=size * trained,
    )


BOTH = (kernel("a", 10), kernel("head", 5.66))


def layers(*steps: Step, pretrained: bool = False) -> Layers:
    found = tuple(Layer(name=step.name, kind=step.kind) for step in steps)
    return Layers(model="m", layers=found, trainable=9, total=9, pretrained=pretrained)


def findings(
    *kernels: Weight,
    steps: tuple[Step, ...] = (A, HEAD),
    loss: LossAtInit | None = HIGH,
    wiring: Wiring | None = None,
    graph: bool = True,
    inputs: Inputs | None = None,
    activations: Activations | None = None,
    trained: Attained | None = None,
    pretrained: bool = False,
) -> list[Finding]:
    wired = (wiring or chain(*steps)) if graph else None
    model = layers(*steps, pretrained=pretrained)
    weights = Weights(weights=kernels)
    return list(large_initial_weights(weights, model, wired, loss, activations, inputs, trained))


def received(size: float) -> Inputs:
    tensor = InputTensor(name="x", shape=(9,), rows=9, entry_mean=0.0, entry_std=size)
    return Inputs(tensors=(tensor,))


def squashed(share: float, layer: str = "a", *, trained: bool = False) -> Activations:
    one = LayerActivation(layer=layer, kind="Dense", activation="tanh", saturated_share=share)
    return Activations(layers=(one,), rows=256, after_training=trained)


def test_fires() -> None:
    (finding,) = findings(*BOTH)
    assert finding.title == "The initial weights of `a` are too large, and those of 1 more layer"
    assert (
        "has 100 inputs and weights of size 1 (root mean square), so that its sums are 10 times"
        in finding.says
    )
    assert "at least 5.66 times as large in 1 more layer" in finding.says
    assert "starts at 23, 10 times that" in finding.says
    assert finding.measured["gain"] == pytest.approx(10)
    assert (finding.severity, finding.kind) == ("warning", "strong")
    (finding,) = findings(kernel("a", 3.01), kernel("head", 1.0), inputs=received(2.0))
    assert finding.title == "The initial weights of `a` are too large"


def test_fires_where_units_saturate() -> None:
    tanh = (dense("a", "tanh"), HEAD)
    (finding,) = findings(*BOTH, steps=tanh, loss=USUAL, activations=squashed(0.7))
    assert "Before training, 70 % of the values of `a` are saturated (slope of tanh" in finding.says
    (finding,) = findings(*BOTH, loss=None, activations=squashed(0.7, trained=True))
    assert "After training, 70 %" in finding.says
    assert not findings(*BOTH, loss=USUAL, activations=squashed(0.5))
    assert not findings(*BOTH, loss=USUAL, activations=squashed(0.9, "other"))


def test_fires_where_the_trained_model_stays_behind_simple_models() -> None:
    behind = Attained(kind="numbers", score=0.69, ceiling=0.86, rows=992, counted=992)
    (finding,) = findings(*BOTH, loss=replace(HIGH, reference=None), trained=behind)
    assert "score on 992 training rows is 0.69" in finding.says
    close = replace(behind, score=0.8)
    assert not findings(*BOTH, loss=replace(HIGH, reference=None), trained=close)


def test_is_a_note_where_the_model_has_learned() -> None:
    learned = Attained(kind="classes", score=0.95, rows=256)
    (finding,) = findings(*BOTH, trained=learned)
    assert finding.severity == "note"
    half = replace(learned, score=0.5)
    (finding,) = findings(*BOTH, trained=half)
    assert finding.severity == "warning"


@pytest.mark.parametrize(
    ("gain", "loss"),
    [
        pytest.param(1.41, HIGH, id="He"),
        pytest.param(2.99, HIGH, id="just below"),
        pytest.param(10.0, USUAL, id="no consequence"),
        pytest.param(10.0, replace(HIGH, data=6.89), id="just not high"),
        pytest.param(10.0, replace(HIGH, rehearsed=2.4), id="normalised in training"),
        pytest.param(10.0, replace(HIGH, data=math.nan), id="no number"),
        pytest.param(10.0, replace(HIGH, reference=None), id="nothing to compare with"),
        pytest.param(10.0, replace(HIGH, data=30, rehearsed=30, penalty=28), id="penalties"),
        pytest.param(10.0, None, id="no loss"),
    ],
)
def test_stays_silent(gain: float, loss: LossAtInit | None) -> None:
    assert findings(kernel("a", gain), kernel("head", 1.0), loss=loss) == []


@pytest.mark.parametrize(
    ("steps", "silent"),
    [
        pytest.param((A, NORMAL, HEAD), True, id="behind a ReLU"),
        pytest.param((dense("a"), RELU, NORMAL, HEAD), True, id="with a layer between"),
        pytest.param((dense("a", "tanh"), NORMAL, HEAD), False, id="squashed before"),
        pytest.param((A, dense("b"), NORMAL, HEAD), False, id="another layer before"),
        pytest.param((NORMAL, A, HEAD), False, id="in front"),
    ],
)
def test_a_normalisation_takes_the_size_away(steps: tuple[Step, ...], silent: bool) -> None:
    found = findings(kernel("a", 10), steps=steps)
    assert (found == []) is silent


def test_a_branch_around_the_normalisation_counts() -> None:
    add = Step(name="add", kind="Add", takes=("a", "n"))
    steps = (A, replace(NORMAL, takes=("a",)), add, replace(HEAD, takes=("add",), is_output=True))
    assert findings(kernel("a", 10), wiring=Wiring(steps=steps))


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"pretrained": True}, id="trained before"),
        pytest.param({"inputs": received(11.0)}, id="large inputs"),
        pytest.param({"steps": (A, NORMAL, HEAD), "graph": False}, id="unknown graph"),
    ],
)
def test_does_not_apply(options: dict[str, object]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(*BOTH, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "weight",
    [
        pytest.param(kernel("a", 10, trained=0.4), id="far from what is drawn"),
        pytest.param(replace(kernel("a", 10), drawn=None), id="not known how it is drawn"),
        pytest.param(replace(kernel("a", 10), trainable=False), id="frozen"),
        pytest.param(kernel("embedding", 10), id="of another kind of layer"),
    ],
)
def test_only_fresh_weights_are_judged(weight: Weight) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(weight, steps=(A, Step(name="embedding", kind="Embedding"), HEAD))
    assert findings(kernel("a", 10), graph=False), "without a graph, and no normalisation"


SICK = """\
wide = RandomNormal(stddev=1)
model = keras.Sequential([
    Dense(32, "relu", kernel_initializer=wide),
    Dense(32, kernel_initializer=RandomNormal(stddev=1), bias_initializer=RandomNormal(stddev=1)),
    Dense(3, kernel_initializer=RandomNormal(stddev=0.01)),
])
"""
CURED = """\
wide = RandomNormal(stddev=1)
model = keras.Sequential([
    Dense(32, "relu", kernel_initializer="he_normal"),
    Dense(32),
    Dense(3, kernel_initializer=RandomNormal(stddev=0.01)),
])
"""


def test_treatment() -> None:
    (finding,) = findings(*BOTH)
    (treated,) = large_initial_weights.treatments(finding, Cell(SICK))
    assert (treated.effect, treated.patched) == ("model", CURED)
    (advice,) = large_initial_weights.treatments(finding, Cell(CURED))
    assert advice.patched is None
    assert "Create `a` without `kernel_initializer`" in advice.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(256, 64)), np.arange(256) % 3

    def rules_that_fire(initializer: object, activation: str, factor: float = 1.0) -> set[str]:
        keras.utils.set_random_seed(0)
        hidden = keras.layers.Dense(32, activation, kernel_initializer=initializer)
        head = keras.layers.Dense(3, "softmax")
        model = keras.Sequential([keras.Input((64,)), hidden, head])
        model.set_weights([factor * weight for weight in model.get_weights()])
        model.compile("adam", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    one = keras.initializers.RandomNormal(0, 1, seed=1)
    assert "large-initial-weights" in rules_that_fire(one, "relu")
    assert "large-initial-weights" in rules_that_fire(one, "tanh")
    assert "large-initial-weights" not in rules_that_fire("he_normal", "relu")
    assert "large-initial-weights" not in rules_that_fire("he_normal", "relu", 5.0), "set by hand"
