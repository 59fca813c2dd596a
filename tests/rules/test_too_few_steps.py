import ast
from dataclasses import replace

import pytest

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.fit import Fit
from nbdoctor.probes.history import History
from nbdoctor.probes.score import Score
from nbdoctor.probes.signal import Signal
from nbdoctor.probes.trained import Trained
from nbdoctor.probes.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.too_few_steps import too_few_steps

CURVE = Signal(
    task="regression",
    score="R²",
    rows=400,
    features=1,
    input_kind="table",
    linear=0.44,
    neighbours=0.9996,
    permuted=-0.01,
    permuted_high=0.0,
    p_linear=0.005,
    p_neighbours=0.005,
    permutations=200,
)
CLASSES = replace(
    CURVE, score="accuracy", linear=0.95, neighbours=0.9, permuted_high=0.6, baseline=0.55
)
FIT = Fit(data_kind="arrays", epochs=10, steps_planned=400)
FALLING = (0.096, 0.0886, 0.0839, 0.079, 0.0755, 0.072, 0.0685, 0.0652, 0.062, 0.059)


def log(*losses: float) -> History:
    return History(values={"loss": losses}, epochs=len(losses))


def scored(value: float, kind: str = "R²") -> Trained:
    return Trained(rows=256, score=Score(kind=kind, value=value, rows=256))


@pytest.mark.parametrize(
    ("history", "trained", "signal", "words"),
    [
        pytest.param(
            log(*FALLING), scored(0.43), CURVE, "0.43; nearest neighbours of", id="a curve"
        ),
        pytest.param(log(57, 52, 48), scored(-20), CURVE, "falls by 4 an", id="three epochs"),
        pytest.param(
            log(*FALLING), scored(0.6, "accuracy"), CLASSES, "linear models of", id="classes"
        ),
    ],
)
def test_fires(history: History, trained: Trained, signal: Signal, words: str) -> None:
    (finding,) = too_few_steps(history, trained, signal, FIT, None)
    assert words in finding.says
    assert "(400 steps)" in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


FLAT = (0.096, 0.07, 0.065, 0.0638, 0.0637, 0.0637, 0.0636, 0.0636, 0.0636, 0.0636)


@pytest.mark.parametrize(
    ("history", "trained", "signal"),
    [
        pytest.param(log(*FALLING), scored(0.95), CURVE, id="it has learned the most of it"),
        pytest.param(log(*FLAT), scored(0.43), CURVE, id="it has stopped falling"),
        pytest.param(log(0.1, 0.09, 0.095), scored(0.1), CURVE, id="few epochs, up and down"),
        pytest.param(log(*reversed(FALLING)), scored(0.1), CURVE, id="it rises"),
        pytest.param(
            log(*FALLING), scored(0.1), replace(CURVE, p_neighbours=0.5, p_linear=0.5), id="chance"
        ),
        pytest.param(
            log(*FALLING),
            scored(0.1),
            replace(CURVE, linear=0.2, neighbours=0.2),
            id="the simple models leave nearly as much",
        ),
        pytest.param(log(*FALLING), scored(0.5, "accuracy"), CURVE, id="another score"),
        pytest.param(log(*FALLING), scored(0.9, "accuracy"), CLASSES, id="classes learned"),
    ],
)
def test_stays_silent(history: History, trained: Trained, signal: Signal) -> None:
    assert not list(too_few_steps(history, trained, signal, FIT, None))


@pytest.mark.parametrize(
    ("history", "trained"),
    [
        pytest.param(log(*FALLING), Trained(rows=256), id="no score"),
        pytest.param(log(1.0), scored(0.1), id="one epoch"),
        pytest.param(log(*FALLING), replace(scored(0.1), penalty=0.03), id="a penalty falls"),
    ],
)
def test_does_not_apply(history: History, trained: Trained) -> None:
    with pytest.raises(DoesNotApplyError):
        list(too_few_steps(history, trained, CURVE, None, None))


@pytest.mark.parametrize(
    "before", ["model.fit(x, y, epochs=10)\n", "model.fit(x, y, 32, 10, verbose=0)\n"]
)
def test_treatment(before: str) -> None:
    (finding,) = too_few_steps(log(*FALLING), scored(0.43), CURVE, FIT, None)
    (longer,) = too_few_steps.treatments(finding, Cell(before))
    assert longer.patched == before.replace("10", "50")
    ast.parse(longer.patched)
    (again,) = too_few_steps.treatments(finding, Cell(longer.patched))
    assert again.patched is None


def test_longer_steps_are_a_treatment_where_the_rate_is_a_number() -> None:
    updates = Updates(optimizer="RMSprop", rate_now=0.001)
    cell = Cell("import keras\nmodel.compile('rmsprop', 'mse')\nmodel.fit(x, y, epochs=10)\n")
    (finding,) = too_few_steps(log(*FALLING), scored(0.43), CURVE, FIT, updates)
    _, faster = too_few_steps.treatments(finding, cell)
    assert faster.patched == cell.source.replace(
        "'rmsprop'", "keras.optimizers.RMSprop(learning_rate=0.01)"
    )
    updates = Updates(optimizer="RMSprop", rate_now=0.1)
    (finding,) = too_few_steps(log(*FALLING), scored(0.43), CURVE, FIT, updates)
    _, faster = too_few_steps.treatments(finding, cell)
    assert "learning_rate=1.0)" in faster.patched  # Keras takes no whole number
    scheduled = replace(updates, scheduled=True)
    (finding,) = too_few_steps(log(*FALLING), scored(0.43), CURVE, FIT, scheduled)
    assert len(list(too_few_steps.treatments(finding, cell))) == 1


@pytest.mark.keras
@pytest.mark.parametrize(("rate", "sick"), [(0.001, True), (0.3, False)])
def test_on_a_real_model(rate: float, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor.capture.data import rows_of_batches
    from nbdoctor.probes.head import read_head
    from nbdoctor.probes.labels import read_labels
    from nbdoctor.probes.signal import read_signal
    from nbdoctor.probes.trained import read_trained_model
    from nbdoctor.probes.weights import read_weights
    from tests.probes.looking import look_at

    keras.utils.set_random_seed(0)
    x = np.linspace(1, 2, 128)[:, None].astype("float32")
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(rate), "mse")
    look = look_at(model, (x, 5 * x))
    before, rows = read_weights(model, look.paths), rows_of_batches(model, look.batches, None)
    losses = model.fit(x, 5 * x, epochs=20, verbose=0).history["loss"]
    labels = read_labels(rows)
    signal = read_signal(rows, labels.targets[0], "table")
    assert signal is not None
    trained = read_trained_model(look, before, labels, read_head(model, ["y"]))
    assert bool(list(too_few_steps(log(*losses), trained, signal, None, None))) is sick
