"""Cells that a diagnosis could disturb come out as they would without the magic.

Each cell of harmless/hostile runs plain and under the magic in processes of its own. Usually the
fast ones run; `pytest tests/test_hostile.py --hostile` runs them all, `--hostile 2/8` the second of
eight shards.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.harmless.cells import shard
from tests.harmless.comparison import broken, differing
from tests.harmless.hostile_cells import BEYOND, HostileCell, every_cell, read
from tests.harmless.noise import plainer
from tests.harmless.runs import Zygote, left_by

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

LIMITATIONS = Path(__file__).parents[1] / "LIMITATIONS.md"
FAST_AT_LEAST = 20


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "hostile" in metafunc.fixturenames:
        part = metafunc.config.getoption("hostile")
        cells = shard(every_cell(), part) if part else [one for one in every_cell() if one.fast]
        metafunc.parametrize("hostile", [_marked(cell) for cell in cells], ids=str)


def _marked(cell: HostileCell) -> object:
    if cell.name not in BEYOND:
        return cell
    return pytest.param(cell, marks=pytest.mark.xfail(strict=True, reason=BEYOND[cell.name]))


def test_the_cell_comes_out_as_without_the_magic(zygote: Zygote, hostile: HostileCell) -> None:
    lines = broken(hostile, zygote)
    assert not lines, "\n".join([f"It must hold: {hostile.keys['must']}", *lines])


def test_each_cell_says_what_must_hold_and_each_reason_stands_in_the_limitations() -> None:
    cells = {cell.name: cell for cell in every_cell()}
    assert all(cell.keys["must"] and cell.cell for cell in cells.values())
    assert sum(cell.fast for cell in cells.values()) >= FAST_AT_LEAST
    limitations = " ".join(LIMITATIONS.read_text(encoding="utf-8").split())
    for name, reason in BEYOND.items():
        assert name in cells
        assert reason in limitations


def test_a_file_with_an_unknown_line_or_part_is_refused(tmp_path: Path) -> None:
    for text, word in (("# must hold\n#%% cell\n", "no key"), ("#%% Cell\npass\n", "unknown name")):
        file = tmp_path / "odd.py"
        file.write_text(text)
        with pytest.raises(ValueError, match=word):
            read(file)


QUIET = """
model = keras.Sequential([keras.Input((8,)), layers.Dropout(0.5), layers.Dense(1)])
model.compile("adam", "mse")
history = model.fit(x, y, batch_size=32, verbose=0)
held = [1]
"""

DISTURBANCES = {
    "error": "",  # the last line, below
    "printed": "print('more')",
    "outcome": "outcome = 1",
    "files": "open('more.txt', 'w').close()",
    "state: numpy": "np.random.rand()",
    "state: python": "random.random()",
    "state: floats": "np.set_printoptions(precision=3)",
    "state: keras seed": "keras.random.uniform(())",
    "state: tf seed": "tf.random.uniform(())",
    "state: tf eager": "tf.config.run_functions_eagerly(True)",
    "state: names to come": "layers.Dense(1)",
    "state: patched": "def mine(*a): pass\nkeras.Model.fit = mine\ndel mine",
    "state: names": "other = None",
    "state: x.values": "x[3, 3] += 1e-6",
    "state: held.value": "held.append(2)",
    "state: model.weights": "model.weights[0].assign_add(1e-6 * model.weights[0])",
    "state: model.optimizer": "model.optimizer.iterations.assign_add(1)",
    "state: history.history": "history.history['loss'][-1] += 1e-9",
    "state: environment": "os.environ['MORE'] = '1'",
    "state: folder": "os.mkdir('below'); os.chdir('below')",
    "state: threads": "import threading as _t; _t.Timer(60, print).start()",
    "state: signals": "import signal as _s; _s.signal(_s.SIGUSR2, _s.SIG_IGN)",
    "state: logging": "import logging as _l; _l.getLogger().setLevel(1)",
    "state: switches": "import sys as _y; _y.setrecursionlimit(5000)",
    "state: shell": "get_ipython().run_code = get_ipython().run_code",
}


def test_the_comparison_notices_whatever_is_disturbed(zygote: Zygote) -> None:
    quiet = HostileCell("quiet", "import random\n" + SETUP, QUIET)
    loud = HostileCell("loud", quiet.setup, "\n".join((QUIET, *DISTURBANCES.values(), "1 / 0")))
    first, again = (left_by(quiet, zygote, plain=True) for _ in range(2))
    assert differing(first, again) == []
    assert set(differing(first, left_by(loud, zygote, plain=True))) == set(DISTURBANCES)


SETUP = """
import os, keras, numpy as np, tensorflow as tf
from keras import layers
x, y = np.ones((64, 8)), np.ones(64)
"""


@pytest.mark.parametrize(
    ("source", "ended"),
    [("import os; os._exit(3)", "with 3"), ("import time; time.sleep(60)", "never")],
)
def test_a_run_may_end_with_its_process_or_never(zygote: Zygote, source: str, ended: str) -> None:
    cell = HostileCell("ends", "pass", f"print('first')\n{source}", keys={"limit": "2"})
    found = left_by(cell, zygote, plain=True)
    assert found["ended"] == ended
    assert found["printed"][0] in {"first", ""}  # what was not flushed is lost


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_tensorflow_starts_no_thread_before_it_is_used(zygote: Zygote) -> None:
    assert zygote.threads == 1


def test_times_and_addresses_do_not_count() -> None:
    first, second = (
        f"\x1b[1m4/4\x1b[0m \x1b[32m━━━━\x1b[0m {time} 12ms/step - loss: 0.5 <Dense at {at}>\n"
        for time, at in (("0s", "0x7f00deadbeef"), ("1s", "0x7f00feedbeef"))
    )
    assert plainer(first) == plainer(second)
    assert plainer("loss: 0.5") != plainer("loss: 0.6")


def test_a_run_that_ends_the_process_it_comes_from_costs_no_further_run(zygote: Zygote) -> None:
    kills = HostileCell("kills", "pass", "import os; os.kill(os.getppid(), 9)", keys={"limit": "2"})
    lives = HostileCell("lives", "pass", "print('here')", keys={"limit": "5"})
    with pytest.raises(RuntimeError, match="has ended"):
        left_by(kills, zygote, plain=True)
    assert left_by(lives, zygote, plain=True)["printed"][0] == "here"
