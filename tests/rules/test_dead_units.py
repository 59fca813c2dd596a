import ast
from dataclasses import replace

import pytest

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.activations import Activations, LayerActivation
from nbdoctor.probes.fit import Fit
from nbdoctor.probes.inputs import Inputs, InputTensor
from nbdoctor.probes.layers import Layer, Layers
from nbdoctor.rules.dead_units import dead_units
from nbdoctor.rules.rule import DoesNotApplyError

DEAD = LayerActivation(layer="dense", kind="Dense", activation="relu", dead_share=0.8125, units=64)
TRAINED = Layers(
    model="m",
    layers=(Layer(name="dense", kind="Dense", line=3),),
    trainable=9,
    total=9,
    pretrained=True,
)
FRESH = replace(TRAINED, pretrained=False)
POSITIVE = Inputs(
    tensors=(
        InputTensor(name="x", rows=256, entry_layer="dense", entry_minimum=0.0, entry_maximum=1.0),
    )
)


def activations(rows: int = 256, **changes: object) -> Activations:
    return Activations(layers=(replace(DEAD, **changes),), rows=rows)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "layers", "inputs", "words"),
    [
        pytest.param(activations(), TRAINED, None, ("52 of 64 units", "12 units"), id="trained"),
        pytest.param(activations(), FRESH, None, ("52 of 64",), id="far beyond chance at birth"),
        pytest.param(
            replace(activations(dead_share=0.5), after_training=True),
            FRESH,
            None,
            ("After training, 32 of 64",),
            id="half after this training",
        ),
        pytest.param(activations(), None, None, ("256 rows",), id="history unknown"),
        pytest.param(
            activations(dead_share=0.4, units=50), TRAINED, None, ("20 of 50",), id="at the limit"
        ),
        pytest.param(
            activations(dead_share=0.5), TRAINED, None, ("32 of 64",), id="half of a trained layer"
        ),
        pytest.param(
            activations(dead_share=1.0), FRESH, POSITIVE, ("64 of 64", "nothing"), id="all of them"
        ),
    ],
)
def test_fires(
    given: Activations, layers: Layers | None, inputs: Inputs | None, words: tuple[str]
) -> None:
    (finding,) = dead_units(given, layers, inputs, None)
    assert all(word in finding.says for word in words)
    assert finding.where.layer == "dense"
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize(
    ("given", "layers", "inputs"),
    [
        pytest.param(activations(dead_share=0.05), FRESH, None, id="five in a hundred at birth"),
        pytest.param(activations(dead_share=0.28), TRAINED, None, id="a net at its best score"),
        pytest.param(activations(dead_share=0.39), TRAINED, None, id="just below the limit"),
        pytest.param(
            activations(dead_share=0.5), FRESH, None, id="half at birth is the toss of a coin"
        ),
        pytest.param(
            activations(dead_share=0.6), FRESH, None, id="an unlucky toss of 64 coins at birth"
        ),
        pytest.param(
            activations(dead_share=0.75, units=8), FRESH, None, id="six of eight at birth"
        ),
        pytest.param(
            activations(dead_share=0.5), TRAINED, POSITIVE, id="half, for inputs of one sign"
        ),
        pytest.param(
            replace(activations(dead_share=0.5, layer="second"), after_training=True),
            FRESH,
            POSITIVE,
            id="half of the second layer, for inputs of one sign",
        ),
        pytest.param(
            activations(dead_share=0.1, zero_share=0.58), TRAINED, None, id="zeros are not deaths"
        ),
    ],
)
def test_stays_silent(given: Activations, layers: Layers, inputs: Inputs | None) -> None:
    assert not list(dead_units(given, layers, inputs, None))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(activations(dead_share=None), id="not a ReLU"),
        pytest.param(Activations(layers=(), rows=256), id="no layers"),
    ],
)
def test_does_not_apply_without_a_relu(given: Activations) -> None:
    with pytest.raises(DoesNotApplyError, match="no layer is a ReLU"):
        list(dead_units(given, TRAINED, None, None))


def test_does_not_apply_to_few_rows() -> None:
    with pytest.raises(DoesNotApplyError, match="256 rows"):
        list(dead_units(activations(rows=255), TRAINED, None, None))


def test_few_rows_are_enough_where_there_are_no_others() -> None:
    four = Fit(data_kind="arrays", rows=4)
    (finding,) = dead_units(activations(rows=4), TRAINED, None, four)
    assert "all 4 rows" in finding.says
    with pytest.raises(DoesNotApplyError):
        list(dead_units(activations(rows=4), TRAINED, None, replace(four, rows=5)))


def test_all_units_of_a_narrow_layer_are_no_toss() -> None:
    (finding,) = dead_units(activations(dead_share=1.0, units=2), FRESH, POSITIVE, None)
    assert "passes nothing on" in finding.says


def test_an_output_of_nothing_but_zeros_is_told() -> None:
    (finding,) = dead_units(activations(dead_share=1.0, is_output=True), FRESH, None, None)
    assert "says the same for every row" in finding.says


def test_the_threshold_can_be_changed() -> None:
    assert not list(dead_units(activations(), TRAINED, None, None, most=0.9))


CELL = """model = Sequential([
    Dense(64, activation="relu"),
    Dense(64, activation="relu"),  # the dead one
])
"""


def test_treatment() -> None:
    (finding,) = dead_units(activations(), TRAINED, None, None)
    leaky, anew = dead_units.treatments(finding, Cell(CELL))
    after = CELL.replace('"relu"),  #', '"leaky_relu"),  #')
    assert leaky.patched == after
    assert "`dense`" in anew.text
    ast.parse(after)
    again, _ = dead_units.treatments(finding, Cell(after))
    assert again.patched is None


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        pytest.param("model.fit(x, y)\n", "Dense", id="built elsewhere"),
        pytest.param("\n\nm = [Dense(8, 'relu'), Dense(8, 'relu')]\n", "Dense", id="two on a line"),
        pytest.param("\n\nm = [ReLU()]\n", "ReLU", id="a layer of its own"),
    ],
)
def test_treatment_is_advice_where_it_is_ambiguous(cell: str, kind: str) -> None:
    (finding,) = dead_units(activations(kind=kind), TRAINED, None, None)
    leaky, _ = dead_units.treatments(finding, Cell(cell))
    assert leaky.patched is None
    assert '`activation="leaky_relu"`' in leaky.text


@pytest.mark.keras
@pytest.mark.parametrize(
    ("bias", "sick"),
    [pytest.param(-20.0, True, id="bias far below zero"), pytest.param(0.0, False, id="default")],
)
def test_on_a_real_model(bias: float, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(256, 10)), rng.integers(0, 3, size=256)
    keras.utils.set_random_seed(0)
    start = keras.initializers.Constant(bias)
    hidden = keras.layers.Dense(32, activation="relu", bias_initializer=start)
    head = keras.layers.Dense(3, activation="softmax")
    model = keras.Sequential([keras.Input((10,)), hidden, head])
    model.compile("adam", "sparse_categorical_crossentropy")
    found = {f.rule for f in diagnose(model, x, y).findings}
    assert ("dead-units" in found) is sick
