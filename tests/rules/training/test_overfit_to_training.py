from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.callbacks import Callback, Callbacks
from nbdoctor.readings.history import History
from nbdoctor.readings.trained import Trained
from nbdoctor.readings.validation import Validation
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.overfit_to_training import overfit_to_training

TRAINED = Trained(rows=256, loss=0.05, trainable=2, moved=2)
MANY = Validation(target="y", split="tail", rows=500, training_rows=2000)
RESTORES = Callbacks(callbacks=(Callback(kind="EarlyStopping", keeps_best=True),))
STOPS = Callbacks(callbacks=(Callback(kind="EarlyStopping", keeps_best=False),))
DOWN = (1.0, 0.7, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1)
UP = (0.9, 0.7, 0.6, 0.65, 0.7, 0.8, 0.9, 1.0)


def log(training: tuple[float, ...], judged: tuple[float, ...]) -> History:
    return History(values={"loss": training, "val_loss": judged}, epochs=len(training))


@pytest.mark.parametrize(
    ("history", "validation", "callbacks", "words"),
    [
        pytest.param(log(DOWN, UP), MANY, None, "lowest in epoch 3 (0.6)", id="it rises"),
        pytest.param(log(DOWN, UP), None, None, "is 1 in epoch 8", id="rows unknown"),
        pytest.param(log(DOWN, UP), MANY, STOPS, "from 0.5 to 0.1", id="the last are kept"),
        pytest.param(
            log(DOWN, (*UP[:5], 0.72, 0.72, 0.72)), MANY, None, "is 0.72", id="at the limit"
        ),
    ],
)
def test_fires(
    history: History, validation: Validation | None, callbacks: Callbacks | None, words: str
) -> None:
    (finding,) = overfit_to_training(history, TRAINED, validation, callbacks)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("note", "strong")


@pytest.mark.parametrize(
    ("history", "trained"),
    [
        pytest.param(log(DOWN, DOWN), TRAINED, id="both fall"),
        pytest.param(log(DOWN, (*UP[:5], 0.8, 0.62, 0.8)), TRAINED, id="it wavers"),
        pytest.param(log(DOWN, (*DOWN[:7], 0.9)), TRAINED, id="one bad epoch"),
        pytest.param(
            log(DOWN, (0.9, 0.8, 0.7, 0.65, 0.6, 0.8, 0.9, 1.0)), TRAINED, id="only lately"
        ),
        pytest.param(log(UP, UP), TRAINED, id="both rise: it diverges"),
        pytest.param(log(DOWN, UP), replace(TRAINED, loss=0.7), id="no gap in the same measure"),
        pytest.param(log(DOWN, (0.6,) * 8), TRAINED, id="it stays"),
    ],
)
def test_stays_silent(history: History, trained: Trained) -> None:
    assert not list(overfit_to_training(history, trained, MANY, None))


@pytest.mark.parametrize(
    ("history", "trained", "validation", "callbacks"),
    [
        pytest.param(log(DOWN[:5], UP[:5]), TRAINED, MANY, None, id="few epochs"),
        pytest.param(log(DOWN, UP[:4]), TRAINED, MANY, None, id="not validated in every epoch"),
        pytest.param(log(DOWN, UP), replace(TRAINED, loss=None), MANY, None, id="no labels"),
        pytest.param(log(DOWN, UP), TRAINED, replace(MANY, rows=20), None, id="few rows"),
        pytest.param(log(DOWN, UP), TRAINED, MANY, RESTORES, id="the best are restored"),
    ],
)
def test_does_not_apply(
    history: History,
    trained: Trained,
    validation: Validation | None,
    callbacks: Callbacks | None,
) -> None:
    with pytest.raises(DoesNotApplyError):
        list(overfit_to_training(history, trained, validation, callbacks))


def test_treatment() -> None:
    (finding,) = overfit_to_training(log(DOWN, UP), TRAINED, MANY, None)
    (treatment,) = overfit_to_training.treatments(finding, Cell("model.fit(x, y)\n"))
    assert "restore_best_weights=True" in treatment.text


@pytest.mark.keras
@pytest.mark.parametrize(("rows", "sick"), [(60, True), (2000, False)])
def test_on_a_real_model(rows: int, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor.readings.trained import read_trained_model
    from nbdoctor.readings.weights import read_weights
    from tests.look.looking import look_at

    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows + 200, 20)).astype("float32")
    y = (x[:, 0] + 0.5 * rng.normal(size=len(x)) > 0).astype("int32")
    hidden = keras.layers.Dense(64 if sick else 4, activation="relu")
    model = keras.Sequential([keras.Input((20,)), hidden, keras.layers.Dense(2, "softmax")])
    model.compile(keras.optimizers.Adam(0.05 if sick else 0.01), "sparse_categorical_crossentropy")
    look = look_at(model, (x[:rows][:256], y[:rows][:256]))
    before = read_weights(model, look.paths)
    judge = (x[rows:], y[rows:])
    kept = model.fit(x[:rows], y[:rows], epochs=40, validation_data=judge, verbose=0)
    history = History(values={k: tuple(v) for k, v in kept.history.items()}, epochs=40)
    trained = read_trained_model(look, before)
    assert bool(list(overfit_to_training(history, trained, MANY, None))) is sick
