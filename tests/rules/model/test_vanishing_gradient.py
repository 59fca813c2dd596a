import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.readings.missing import not_measured
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.model.vanishing_gradient import vanishing_gradient
from nbdoctor.rules.rule import DoesNotApplyError

FADED = Gradients(
    weights=(),
    first_layer="dense",
    last_layer="probs",
    first_to_last=(3.1e-5, 3.0e-5, 3.2e-5),
    batches=3,
)
STILL = Updates(optimizer="SGD", first_to_last=0.004)


def kernel(layer: str, *norms: float) -> WeightGradient:
    return WeightGradient(
        path=f"{layer}/kernel", layer=layer, norms=norms, weight_norm=1.0, is_kernel=True
    )


def model(*activations: str, outputs: int = 1) -> Layers:
    layers = tuple(
        Layer(
            name=f"dense_{i}",
            kind="Dense",
            activation=activation,
            is_output=i >= len(activations) - outputs,
        )
        for i, activation in enumerate(activations)
    )
    return Layers(model="m", layers=layers, trainable=9, total=9)


DEEP = model("relu", *["sigmoid"] * 8, "softmax")


@pytest.mark.parametrize(
    ("gradients", "updates", "words"),
    [
        pytest.param(
            FADED,
            STILL,
            ("`dense` is 1/32,300 of that of `probs`", "relative change is 1/250"),
            id="eight sigmoid layers",
        ),
        pytest.param(
            replace(FADED, first_to_last=(9.9e-5,) * 3),
            replace(STILL, first_to_last=0.0099),
            ("1/10,100",),
            id="just below both limits",
        ),
        pytest.param(
            replace(FADED, first_to_last=(1e-12,) * 3), STILL, ("a billionth",), id="far below"
        ),
        pytest.param(
            replace(
                FADED,
                first_to_last=(0.0,) * 3,
                weights=(
                    kernel("dense", 0.0, 0.0, 0.0),
                    kernel("inner", 1e-9, 1e-9, 1e-9),
                    kernel("probs", 1.0, 1.0, 1.0),
                ),
            ),
            replace(STILL, first_to_last=0.0),
            ("`dense`",),
            id="faded until no digit was left",
        ),
    ],
)
def test_fires(gradients: Gradients, updates: Updates, words: tuple[str]) -> None:
    (finding,) = vanishing_gradient(gradients, updates, DEEP)
    assert all(word in finding.says for word in words)
    assert finding.where.layer == "dense"
    assert (finding.severity, finding.kind) == ("critical", "strong")


def test_names_the_run_of_layers_that_shrinks_it() -> None:
    (finding,) = vanishing_gradient(FADED, STILL, DEEP)
    assert "8 `sigmoid` layers in a row, `dense_1` to `dense_8`" in finding.says
    (unknown,) = vanishing_gradient(FADED, STILL, None)
    assert "in a row" not in unknown.says


@pytest.mark.parametrize(
    ("gradients", "updates"),
    [
        pytest.param(FADED, replace(STILL, first_to_last=0.67), id="Adam makes up for it"),
        pytest.param(FADED, replace(STILL, first_to_last=0.01), id="update exactly at the limit"),
        pytest.param(
            replace(FADED, first_to_last=(1.5e-4,) * 3), STILL, id="six sigmoid layers learn"
        ),
        pytest.param(
            replace(FADED, first_to_last=(1e-4,) * 3), STILL, id="gradient exactly at the limit"
        ),
        pytest.param(
            replace(FADED, first_to_last=(3e-5, 3e-5, 0.2)), STILL, id="one batch gets through"
        ),
        pytest.param(replace(FADED, first_to_last=(0.9,) * 3), STILL, id="twelve tanh layers"),
        pytest.param(
            replace(FADED, first_to_last=(0.9,), batches=1), STILL, id="one batch is enough to hold"
        ),
        pytest.param(
            replace(FADED, first_to_last=(float("nan"),) * 3), STILL, id="gradients of NaN"
        ),
        pytest.param(replace(FADED, first_to_last=()), STILL, id="no ratio"),
        pytest.param(
            replace(
                FADED,
                first_to_last=(0.0,) * 3,
                weights=(kernel("dense", 0.0, 0.0, 0.0), kernel("probs", 0.7, 0.7, 0.7)),
            ),
            replace(STILL, first_to_last=0.0),
            id="zero inputs cut it off at the first layer",
        ),
        pytest.param(
            replace(
                FADED,
                first_to_last=(0.0,) * 3,
                weights=(kernel("dense", 0.0, 0.0, 0.0), kernel("probs", 0.0, 0.0, 0.0)),
            ),
            replace(STILL, first_to_last=0.0),
            id="no gradient anywhere",
        ),
    ],
)
def test_stays_silent(gradients: Gradients, updates: Updates) -> None:
    assert not list(vanishing_gradient(gradients, updates, DEEP))


@pytest.mark.parametrize(
    ("gradients", "updates"),
    [
        pytest.param(FADED, replace(STILL, first_to_last=None), id="no update measured"),
        pytest.param(
            replace(FADED, first_layer="probs"), STILL, id="only the head of a frozen backbone"
        ),
    ],
)
def test_does_not_apply(gradients: Gradients, updates: Updates) -> None:
    with pytest.raises(DoesNotApplyError):
        list(vanishing_gradient(gradients, updates, DEEP))


def test_too_few_batches_of_a_faded_gradient_are_no_sign_of_health() -> None:
    verdict = vanishing_gradient.verdict(
        {Gradients: replace(FADED, batches=2), Updates: STILL, Layers: DEEP}, {}
    )
    assert verdict.not_run == not_measured("3 batches are needed, and 2 were measured")


CELL = """model = keras.Sequential([keras.Input((10,))])
for _ in range(12):
    model.add(keras.layers.Dense(32, activation="sigmoid"))  # deep
model.add(keras.layers.Dense(16, keras.activations.sigmoid, use_bias=False))
model.add(keras.layers.Dense(1, activation="sigmoid"))
"""
CURED = """model = keras.Sequential([keras.Input((10,))])
for _ in range(12):
    model.add(keras.layers.Dense(32, activation="relu", kernel_initializer="he_normal"))  # deep
model.add(keras.layers.Dense(16, "relu", use_bias=False, kernel_initializer="he_normal"))
model.add(keras.layers.Dense(1, activation="sigmoid"))
"""


def test_treatment() -> None:
    (finding,) = vanishing_gradient(FADED, STILL, DEEP)
    relu, _ = vanishing_gradient.treatments(finding, Cell(CELL))
    assert relu.patched == CURED
    ast.parse(CURED)
    assert all(t.patched is None for t in vanishing_gradient.treatments(finding, Cell(CURED)))
    line = 'm = Sequential([Dense(8, "sigmoid"), Dense(8, "sigmoid"), Dense(1)])'
    relu, _ = vanishing_gradient.treatments(finding, Cell(line))
    assert relu.patched == line.replace('"sigmoid"', '"relu", kernel_initializer="he_normal"')


@pytest.mark.parametrize(
    ("cell", "layers", "word"),
    [
        pytest.param("model.fit(x, y)\n", DEEP, "Create the hidden layers", id="built elsewhere"),
        pytest.param(
            'model = build(depth=12, activation="sigmoid")\n',
            DEEP,
            '`build` gets `activation="sigmoid"` on line 1',
            id="a builder's argument",
        ),
        pytest.param(
            CELL,
            model("sigmoid", "sigmoid", "sigmoid", outputs=2),
            "do not change the output layer",
            id="two heads",
        ),
    ],
)
def test_treatment_is_advice_where_it_is_ambiguous(cell: str, layers: Layers, word: str) -> None:
    (finding,) = vanishing_gradient(FADED, STILL, layers)
    relu, _ = vanishing_gradient.treatments(finding, Cell(cell))
    assert relu.patched is None
    assert word in relu.text


@pytest.mark.keras
@pytest.mark.parametrize(
    ("activation", "sick"),
    [pytest.param("sigmoid", True, id="sigmoid"), pytest.param("relu", False, id="relu")],
)
def test_on_a_real_model(activation: str, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(128, 10)), rng.integers(0, 3, size=128)
    keras.utils.set_random_seed(0)
    hidden = [
        keras.layers.Dense(32, activation=activation, kernel_initializer="he_normal")
        for _ in range(12)
    ]
    head = keras.layers.Dense(3, activation="softmax")
    model = keras.Sequential([keras.Input((10,)), *hidden, head])
    model.compile("sgd", "sparse_categorical_crossentropy")
    found = {f.rule for f in diagnose(model, x, y).findings}
    assert ("vanishing-gradient" in found) is sick
