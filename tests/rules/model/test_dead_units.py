import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.readings.trained import Trained
from nbdoctor.rules.model.dead_units import dead_units
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


GAP = Attained(kind="classes", score=0.4, ceiling=0.9, rows=256, counted=256.0)


@pytest.mark.parametrize(
    ("given", "layers", "inputs", "words"),
    [
        pytest.param(activations(), TRAINED, None, ("52 of 64 units", "12 units"), id="trained"),
        pytest.param(
            activations(), FRESH, None, ("52 of 64",), id="far beyond chance before training"
        ),
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
            activations(dead_share=1.0),
            FRESH,
            POSITIVE,
            ("64 of 64", "only zeros"),
            id="all of them",
        ),
    ],
)
def test_fires(
    given: Activations, layers: Layers | None, inputs: Inputs | None, words: tuple[str]
) -> None:
    (finding,) = dead_units(given, layers, inputs, None, None, GAP)
    assert all(word in finding.says for word in words)
    assert finding.where.layer == "dense"
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize(
    ("given", "layers", "inputs"),
    [
        pytest.param(
            activations(dead_share=0.05), FRESH, None, id="five in a hundred before training"
        ),
        pytest.param(activations(dead_share=0.28), TRAINED, None, id="a net at its best score"),
        pytest.param(activations(dead_share=0.39), TRAINED, None, id="just below the limit"),
        pytest.param(activations(dead_share=0.5), FRESH, None, id="half before training is chance"),
        pytest.param(
            activations(dead_share=0.6), FRESH, None, id="0.6 of 64 before training is chance"
        ),
        pytest.param(
            activations(dead_share=0.75, units=8), FRESH, None, id="six of eight before training"
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
    assert not list(dead_units(given, layers, inputs, None, None, None))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(activations(dead_share=None), id="not a ReLU"),
        pytest.param(Activations(layers=(), rows=256), id="no layers"),
    ],
)
def test_does_not_apply_without_a_relu(given: Activations) -> None:
    with pytest.raises(DoesNotApplyError, match="no layer has a ReLU"):
        list(dead_units(given, TRAINED, None, None, None, None))


def test_does_not_apply_to_few_rows() -> None:
    with pytest.raises(DoesNotApplyError, match="256 rows"):
        list(dead_units(activations(rows=255), TRAINED, None, None, None, None))


def test_few_rows_are_enough_where_there_are_no_others() -> None:
    four = Fit(data_kind="arrays", rows=4)
    (finding,) = dead_units(activations(rows=4), TRAINED, None, four, None, None)
    assert "all 4 rows" in finding.says
    with pytest.raises(DoesNotApplyError):
        list(dead_units(activations(rows=4), TRAINED, None, replace(four, rows=5), None, None))


def test_all_units_of_a_narrow_layer_are_not_chance() -> None:
    (finding,) = dead_units(activations(dead_share=1.0, units=2), FRESH, POSITIVE, None, None, None)
    assert "outputs only zeros" in finding.says


def test_fires_for_an_output_layer_of_zeros() -> None:
    (finding,) = dead_units(
        activations(dead_share=1.0, is_output=True), FRESH, None, None, None, None
    )
    assert "predicts the same for every row" in finding.says


@pytest.mark.parametrize(
    ("attained", "severity"),
    [
        pytest.param(GAP, "warning", id="simple models are better"),
        pytest.param(replace(GAP, score=0.9), "note", id="as good as simple models"),
        pytest.param(replace(GAP, ceiling=None), "note", id="nothing to compare with"),
        pytest.param(None, "note", id="no score"),
    ],
)
def test_a_layer_may_be_wider_than_it_has_to_be(attained: Attained | None, severity: str) -> None:
    after = replace(activations(), after_training=True)
    (finding,) = dead_units(after, TRAINED, None, None, None, attained)
    assert finding.severity == severity
    none = replace(activations(dead_share=1.0), after_training=True)
    (none_left,) = dead_units(none, TRAINED, None, None, None, attained)
    assert none_left.severity == "warning"


def test_units_whose_weights_are_broken_are_not_dead() -> None:
    broken = Trained(non_finite=("dense/kernel",), broken_layer="dense")
    with pytest.raises(DoesNotApplyError, match="NaN or infinite"):
        list(dead_units(activations(), TRAINED, None, None, broken, GAP))


@pytest.mark.parametrize(
    ("constant_from", "found"), [("scale", False), ("dense", True), ("", True)]
)
def test_units_that_get_the_same_for_every_row_are_no_cause(
    constant_from: str, found: bool
) -> None:
    given = replace(activations(dead_share=1.0), constant_from=constant_from)
    assert bool(list(dead_units(given, TRAINED, None, None, None, None))) is found


def test_the_threshold_can_be_changed() -> None:
    assert not list(dead_units(activations(), TRAINED, None, None, None, None, most=0.9))


CELL = """model = Sequential([
    Dense(64, activation="relu"),
    Dense(64, activation="relu"),  # the dead one
])
"""


def test_treatment() -> None:
    (finding,) = dead_units(activations(), TRAINED, None, None, None, None)
    leaky, new = dead_units.treatments(finding, Cell(CELL))
    after = CELL.replace('"relu"),  #', '"leaky_relu"),  #')
    assert leaky.patched == after
    assert "`dense`" in new.text
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
    (finding,) = dead_units(activations(kind=kind), TRAINED, None, None, None, None)
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
    found = {f.rule for f in diagnose(model, x, y, batch_size=256).findings}
    assert ("dead-units" in found) is sick
