import ast
import inspect
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.callbacks import Callback, Callbacks
from nbdoctor.readings.history import History
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from nbdoctor.rules.training.misdirected_callback import MODE_POSITION, misdirected_callback

STOP = Callback(kind="EarlyStopping", monitor="val_loss", mode="auto", keeps_best=False)
UP = replace(STOP, mode="max")
LOWER = Callback(kind="ReduceLROnPlateau", monitor="val_loss", mode="auto", floor=0.01)
ADAM = Updates(optimizer="Adam", rate_now=0.0010000000475)


def log(*values: float) -> History:
    return History(values={"val_loss": values, "accuracy": values}, epochs=len(values))


def judged(
    callback: Callback, updates: Updates | None = None, history: History | None = None
) -> list[Finding]:
    return list(misdirected_callback(Callbacks(callbacks=(callback,)), updates, history))


@pytest.mark.parametrize(
    ("callback", "updates", "history", "words", "severity"),
    [
        pytest.param(UP, None, None, "smaller is better", "warning", id="a loss to grow"),
        pytest.param(
            replace(UP, monitor="val_accuracy", mode="min"),
            None,
            None,
            "larger is better",
            "warning",
            id="an accuracy to fall",
        ),
        pytest.param(
            replace(UP, monitor="out_loss"), None, None, "`out_loss`", "warning", id="one output"
        ),
        pytest.param(LOWER, ADAM, None, "`min_lr` is 0.01", "warning", id="a floor above"),
        pytest.param(
            STOP,
            None,
            log(0.9, 0.5, 0.7),
            "was 0.5 in epoch 2. The model has the weights of the last epoch.",
            "note",
            id="the last weights are worse",
        ),
    ],
)
def test_fires(
    callback: Callback,
    updates: Updates | None,
    history: History | None,
    words: str,
    severity: str,
) -> None:
    (finding,) = judged(callback, updates, history)
    assert words in finding.says
    assert (finding.severity, finding.kind) == (severity, "proof")


@pytest.mark.parametrize(
    ("callback", "updates", "history"),
    [
        pytest.param(STOP, ADAM, None, id="before training nothing is known of the last"),
        pytest.param(replace(STOP, mode="min"), ADAM, None, id="the right way"),
        pytest.param(replace(UP, monitor="val_f_score"), None, None, id="a name that tells little"),
        pytest.param(replace(UP, monitor="val_accuracy"), None, None, id="accuracy to grow"),
        pytest.param(replace(UP, own=True), None, None, id="one's own"),
        pytest.param(replace(LOWER, floor=0.0), ADAM, None, id="no floor"),
        pytest.param(replace(LOWER, floor=1e-6), ADAM, None, id="a floor below"),
        pytest.param(LOWER, replace(ADAM, scheduled=True), None, id="a schedule"),
        pytest.param(LOWER, replace(ADAM, rate_now=None), None, id="rate unknown"),
        pytest.param(LOWER, replace(ADAM, rate_now=0.0), None, id="a warm-up from 0"),
        pytest.param(STOP, None, log(0.9, 0.5, 0.52), id="the last is about as good"),
        pytest.param(STOP, None, log(0.9, 0.7, 0.5), id="the last is the best"),
        pytest.param(
            replace(STOP, keeps_best=True), None, log(0.9, 0.5, 0.9), id="the best are restored"
        ),
        pytest.param(
            replace(STOP, monitor="score"), None, log(0.9, 0.5, 0.9), id="direction unknown"
        ),
    ],
)
def test_stays_silent(callback: Callback, updates: Updates | None, history: History | None) -> None:
    assert not judged(callback, updates, history)


OWN = Callback(kind="ReduceLROnPlateau", monitor="val_purity", mode="min")
ROSE = History(
    values={
        "loss": (1.0, 0.8, 0.6, 0.5, 0.4),
        "purity": (0.1, 0.2, 0.3, 0.5, 0.6),
        "val_purity": (0.1, 0.2, 0.3, 0.4, 0.5),
        "learning_rate": (0.01, 0.01, 0.001, 0.001, 0.0001),
    },
    epochs=5,
)


def test_fires_by_what_keras_says_of_the_metric() -> None:
    (finding,) = judged(replace(OWN, better="max"))
    assert "larger is better" in finding.says
    assert not judged(replace(OWN, better="min"))


def test_fires_by_the_log_where_the_name_tells_nothing() -> None:
    (finding,) = judged(OWN, None, ROSE)
    assert finding.kind == "strong"
    assert "it went up as the loss fell" in finding.says
    assert "from 0.01 to 0.0001, while `val_purity` went from 0.1 to 0.5" in finding.says


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({**ROSE.values, "purity": (0.1, 0.5, 0.2, 0.3, 0.1)}, id="to and fro"),
        pytest.param({**ROSE.values, "loss": (1.0, 0.99, 0.98, 0.97, 0.96)}, id="nothing learned"),
        pytest.param({**ROSE.values, "purity": (0.6, 0.5, 0.4, 0.3, 0.2)}, id="it went down"),
        pytest.param({name: v[:4] for name, v in ROSE.values.items()}, id="few epochs"),
    ],
)
def test_stays_silent_where_the_log_does_not_tell(values: dict[str, tuple[float, ...]]) -> None:
    assert not judged(OWN, None, History(values=values, epochs=5))


def test_does_not_apply_without_callbacks() -> None:
    with pytest.raises(DoesNotApplyError, match="no callbacks"):
        list(misdirected_callback(Callbacks(), None, None))


@pytest.mark.parametrize(
    ("callback", "cell", "after"),
    [
        (UP, "s = EarlyStopping(mode='max')\n", 's = EarlyStopping(mode="min")\n'),
        (LOWER, "s = ReduceLROnPlateau(min_lr=0.01)\n", "s = ReduceLROnPlateau(min_lr=1e-6)\n"),
        (STOP, "s = EarlyStopping()\n", "s = EarlyStopping(restore_best_weights=True)\n"),
    ],
)
def test_treatment(callback: Callback, cell: str, after: str) -> None:
    (finding,) = judged(callback, ADAM, log(0.9, 0.5, 0.9) if callback is STOP else None)
    (correct,) = misdirected_callback.treatments(finding, Cell(cell))
    assert correct.patched == after
    ast.parse(after)
    (again,) = misdirected_callback.treatments(finding, Cell(after))
    assert again.patched is None
    (elsewhere,) = misdirected_callback.treatments(finding, Cell("model.fit(x, y)\n"))
    assert elsewhere.patched is None
    assert f"`{callback.kind}(" in elsewhere.text


@pytest.mark.keras
@pytest.mark.parametrize(("kind", "place"), MODE_POSITION.items())
def test_the_place_of_the_mode_is_that_of_keras(kind: str, place: int) -> None:
    import keras

    made = inspect.signature(getattr(keras.callbacks, kind).__init__)
    assert list(made.parameters).index("mode") - 1 == place


@pytest.mark.keras
@pytest.mark.parametrize(("mode", "sick"), [("max", True), ("min", False), ("auto", False)])
def test_on_a_real_model(mode: str, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    stop = keras.callbacks.EarlyStopping("loss", mode=mode)
    found = {f.rule for f in diagnose(model, x, x[:, :1], callbacks=[stop]).findings}
    assert ("misdirected-callback" in found) is sick
