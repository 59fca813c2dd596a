import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.overrides import Overrides, Uncalled, UnsetFlag, meant_by
from nbdoctor.rules.training.uncalled_hook import uncalled_hook
from tests.rules.ran import rules_of

START = Uncalled(
    owner="Shuffled", base="PyDataset", name="on_epoch_start", meant="on_epoch_begin", line=3
)
FLAG = UnsetFlag(owner="Noisy", name="is_training", default=False)


def test_fires() -> None:
    (method, flag) = uncalled_hook(Overrides(classes=2, uncalled=(START,), flags=(FLAG,)))
    assert method.title == "Keras never calls `on_epoch_start` of `Shuffled`"
    assert (method.severity, method.where.line) == ("warning", 3)
    assert "`is_training=False`, which nobody passes" in flag.says


def test_what_keras_does_as_well_is_a_note() -> None:
    old = Uncalled(owner="Hits", base="Metric", name="reset_states", meant="reset_state")
    (finding,) = uncalled_hook(Overrides(classes=1, uncalled=(old,)))
    assert finding.severity == "note"


def test_stays_silent() -> None:
    assert list(uncalled_hook(Overrides(classes=3))) == []


def test_treatment_names_the_right_one() -> None:
    (finding,) = uncalled_hook(Overrides(classes=1, uncalled=(START,)))
    (offered,) = uncalled_hook.treatments(finding, Cell("model.fit(x)"))
    assert "Rename `on_epoch_start` to `on_epoch_begin`" in offered.text


HOOKS = {
    *("on_epoch_begin", "on_epoch_end", "on_train_begin", "on_train_end", "on_train_batch_end"),
    *("train_step", "test_step", "call", "build", "get_config", "compute_output_shape"),
}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("on_epoch_start", "on_epoch_begin"),
        ("on_epoch_finished", "on_epoch_end"),
        ("on_training_start", "on_train_begin"),
        ("on_end_epoch", "on_epoch_end"),
        ("on_epcoh_end", "on_epoch_end"),
        ("on_train_batches_end", "on_train_batch_end"),
        ("training_step", "train_step"),
        ("compute_output_shapes", "compute_output_shape"),
        ("encode", ""),
        ("calls", ""),
        ("on_signal", ""),
        ("shuffle", ""),
        ("log_epoch", ""),
    ],
)
def test_what_a_name_was_meant_for(name: str, meant: str) -> None:
    assert meant_by(name, HOOKS) == meant


CELL = """
import keras, numpy as np
class Own(keras.callbacks.Callback):
    def NAME(self, *given):
        MORE
class Rows(keras.utils.PyDataset):
    def __len__(self):
        return 2
    def __getitem__(self, at):
        return np.ones((4, 2), "float32"), np.ones((4, 1), "float32")
    def DATA(self):
        pass
class Noisy(keras.layers.Layer):
    def call(self, a, FLAG=False):
        return a + 1 if FLAG else a
model = keras.Sequential([keras.Input((2,)), Noisy(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(Rows(), verbose=0, callbacks=[Own()])
"""


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "data", "flag", "more", "sick"),
    [
        pytest.param("on_epoch_start", "on_epoch_end", "training", "pass", True, id="a callback"),
        pytest.param("on_epoch_end", "on_epoch_start", "training", "pass", True, id="a PyDataset"),
        pytest.param("on_epoch_end", "on_epoch_end", "is_training", "pass", True, id="a layer"),
        pytest.param("on_epoch_end", "on_epoch_begin", "training", "pass", False, id="all right"),
        pytest.param(
            "on_epoch_end",
            "on_epoch_start",
            "training",
            "self.rows = Rows().on_epoch_start()",
            False,
            id="called by the cell",
        ),
    ],
)
def test_of_real_classes(name: str, data: str, flag: str, more: str, sick: bool) -> None:
    cell = CELL.replace("NAME", name).replace("DATA", data).replace("FLAG", flag)
    assert ("uncalled-hook" in rules_of(cell.replace("MORE", more))) is sick
