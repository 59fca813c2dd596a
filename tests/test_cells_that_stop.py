"""Cells that raise, are interrupted or run out of memory stop as they would without the magic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbdoctor.session.examination import LEFT
from tests.running import both

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

AFTERWARDS = """
after = [float(np.random.rand()), float(tf.random.uniform([])), float(keras.random.uniform([]))]
"""

IN_A_CALLBACK = """
class AtTheThirdStep(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 2:
            {does}
model.fit(x, y, batch_size=8, verbose=0, callbacks=[AtTheThirdStep()])
"""

STOPS = {
    "building": "keras.layers.Dropout(20)\n",
    "compiling": "model.compile('adamm', 'mse')\n",
    "a callback": IN_A_CALLBACK.format(does="raise ValueError(batch)"),
    "a generator": (
        "def batches():\n"
        "    for start in range(0, 64, 8):\n"
        "        if start == 16:\n            raise OSError('no such picture')\n"
        "        yield x[start:start + 8], y[start:start + 8]\n"
        "model.fit(batches(), verbose=0)\n"
    ),
    "a PyDataset": (
        "class Rows(keras.utils.PyDataset):\n"
        "    def __len__(self):\n        return 8\n"
        "    def __getitem__(self, number):\n"
        "        if number == 2:\n            raise OSError('no such picture')\n"
        "        return x[8 * number:8 * number + 8], y[8 * number:8 * number + 8]\n"
        "model.fit(Rows(), shuffle=False, verbose=0)\n"
    ),
    "a loss that counts in Python": (
        "calls = []\n"
        "def cost(a, b):\n"
        "    calls.append(len(calls))\n"
        "    if len(calls) == 3:\n        raise ValueError(str(calls))\n"
        "    return keras.ops.mean((a - b) ** 2)\n"
        "model.compile('adam', cost, run_eagerly=True)\n"
        "model.fit(x, y, batch_size=8, verbose=0)\n"
    ),
    "a loss that counts in a variable": (
        "calls = tf.Variable(0)\n"
        "def cost(a, b):\n"
        "    with tf.control_dependencies([tf.debugging.assert_less(calls.assign_add(1), 3)]):\n"
        "        return keras.ops.mean((a - b) ** 2)\n"
        "model.compile('adam', cost)\n"
        "model.fit(x, y, batch_size=8, verbose=0)\n"
    ),
    "an unbatched dataset": ("model.fit(tf.data.Dataset.from_tensor_slices((x, y)), verbose=0)\n"),
    "an empty dataset": (
        "model.fit(tf.data.Dataset.from_tensor_slices((x[:0], y[:0])).batch(8), verbose=0)\n"
    ),
    "arguments": "model.fit(x, y[:7], verbose=0)\n",
    "validation": "model.fit(x, y, verbose=0, validation_data=(x[:8, :2], y[:8]))\n",
    "swallowed": (
        "try:\n    model.fit(x, y[:7], verbose=0)\nexcept ValueError as error:\n    print(error)\n"
    ),
    "never": "if len(x) > 1000:\n    model.fit(x, y)\n",
    "after the fit": "model.fit(x, y, verbose=0)\nhistry.history\n",
}


@pytest.mark.parametrize("name", STOPS)
def test_a_cell_that_fails_fails_alike(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (report,), printed = both(shell, capsys, STOPS[name], AFTERWARDS)
    fails = name not in {"an empty dataset", "swallowed", "never", "after the fit"}
    assert ("Traceback" in printed) == (fails or name == "after the fit")
    if fails:
        assert report.verdict != "healthy"


INTERRUPTS = {
    "a callback": IN_A_CALLBACK.format(does="import signal; signal.raise_signal(signal.SIGINT)"),
    "the data": (
        "class Rows(keras.utils.PyDataset):\n"
        "    def __len__(self):\n        return 8\n"
        "    def __getitem__(self, number):\n"
        "        return x[8 * number:8 * number + 8], y[8 * number:8 * number + 8]\n"
        "    def on_epoch_end(self):\n        raise KeyboardInterrupt\n"
        "model.fit(Rows(), epochs=2, shuffle=False, verbose=0)\n"
    ),
    "a loop of train_on_batch": (
        "for step in range(4):\n"
        "    model.train_on_batch(x[:8], y[:8])\n"
        "    if step == 2:\n        raise KeyboardInterrupt\n"
    ),
}


@pytest.mark.parametrize("place", INTERRUPTS)
def test_an_interrupted_training_stops_as_always(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    (report,), printed = both(shell, capsys, INTERRUPTS[place], AFTERWARDS)
    assert printed.count("\nKeyboardInterrupt:") == 1
    assert report.stage == "done"
    if place != "the data":  # which Keras draws before the first step
        assert "Gradients" in report.readings
    if place != "a loop of train_on_batch":
        assert report.notes == ("Training was interrupted.", LEFT)


def test_the_user_s_own_want_of_memory_is_explained_and_raised(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    does = "np.zeros((10**6, 10**6))"  # refused at once: nothing is allocated
    (report,), printed = both(shell, capsys, IN_A_CALLBACK.format(does=does), AFTERWARDS)
    assert "MemoryError" in printed
    (finding,) = [one for one in report.findings if one.rule == "known-crash"]
    assert finding.title == "An array does not fit into memory"
    assert "takes 7.28 TiB" in finding.says
    assert report.checksum.untouched
    assert not any("memory ran out" in note for note in report.notes)


def test_a_table_with_text_is_explained_by_its_columns(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    source = (
        "import pandas as pd\n"
        "table = pd.DataFrame(x.astype(float), columns=list('abcd')).assign(city='Rome')\n"
        "model.fit(table, y, verbose=0)\n"
    )
    (report,), _ = both(shell, capsys, source)
    (finding,) = [one for one in report.findings if one.rule == "known-crash"]
    assert finding.title == "A column contains text"
    assert "In `table` this column is not numeric: `city` (text such as 'Rome')." in finding.says
    assert '`table.drop(columns=["city"])`' in finding.treatments[0].text
