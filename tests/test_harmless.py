"""A cell comes out bit for bit as it would without the magic.

Every kind of model (harmless/models.py) meets every kind of data (harmless/data.py) that it can
be trained on. Usually some of the pairs are taken: every model, all data, and pairs drawn at
random. `pytest tests/test_harmless.py --matrix` takes them all, and `--matrix 2/8` the second of
eight shards. How many pairs were compared, and how many differ, stands at the end of the run.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.harmless.cells import Pair, every_pair, shard, some_pairs
from tests.harmless.data import DATA
from tests.harmless.models import MODELS

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbdoctor.report import Report

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

TIMES = re.compile(r"\d+[mu]?s(?:/epoch|/step)?|Cell In\[\d+\]")

NOT_AHEAD = "The first step was not tried on copies before training: "
"""How the note begins that says why."""

MAGIC = "%%diagnose -q --budget 4 -o report\n"
"""Trials are made, and ended after as long: what they leave behind, they leave behind by then."""

AGAIN = 8
"""Plain runs more, where Keras itself gives one of two outcomes: all eight alike, 1 in 256."""

AFTER = """
drawn_by_tensorflow = tf.random.uniform([2])
drawn_by_keras = keras.random.uniform((2,))
next_name = layers.Dense(1).name
position = {position}
"""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Everything that a cell leaves behind."""

    weights: str
    statistics: str
    seeds: str
    optimizers: str
    metrics: str
    history: str
    attributes: str
    data: str
    printed: str
    python: str
    numpy: str
    tensorflow: str
    keras: str
    names: str
    position: str

    def differs_from(self, other: Outcome) -> list[str]:
        """Names of the parts that are not the same."""
        names = [part.name for part in fields(self)]
        return [name for name in names if getattr(self, name) != getattr(other, name)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "pair" in metafunc.fixturenames:
        part = metafunc.config.getoption("matrix")
        pairs = shard(every_pair(), part) if part else some_pairs()
        metafunc.parametrize("pair", pairs, ids=str)


class Cells:
    """Runs the cells of a pair in a fresh namespace and tells what they leave behind."""

    def __init__(
        self, shell: InteractiveShell, capsys: pytest.CaptureFixture[str], folder: Path
    ) -> None:
        self.shell, self.capsys, self.folder = shell, capsys, folder

    def outcome(self, pair: Pair, magic: str = "", disturbance: str = "") -> Outcome:
        """Of the cell of `pair` under `magic`, and of what another cell does after it."""
        self._forget()
        self._seed(pair.seed)
        before, cell = pair.cells()
        self._run(before)
        printed = self._run(magic + cell) + self._run(disturbance)
        names = self.shell.user_ns
        state = _state(names["model"], names["history"])
        given = digest((names["x"], names["y"]))
        self._run(AFTER.format(position=pair.data_kind.position))
        return Outcome(
            **state,
            data=given,
            printed=TIMES.sub("·", printed),
            tensorflow=digest(names["drawn_by_tensorflow"]),
            keras=digest(names["drawn_by_keras"]),
            names=names["next_name"],
            position=digest(names["position"]),
        )

    def _forget(self) -> None:
        import keras

        self.shell.reset(new_session=False)
        keras.backend.clear_session()
        keras.mixed_precision.set_global_policy("float32")

    def _seed(self, seed: int) -> None:
        import keras

        keras.utils.set_random_seed(seed)
        self.shell.user_ns["folder"] = self.folder

    def _run(self, source: str) -> str:
        self.capsys.readouterr()
        result = self.shell.run_cell(source)
        printed = "".join(self.capsys.readouterr())
        assert result.success, printed
        return printed


@pytest.fixture
def cells(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Cells]:
    runs = Cells(shell, capsys, tmp_path)
    yield runs
    runs._forget()


def _state(model: Any, history: Any) -> dict[str, str]:
    """What the model and the random state of the process are now."""
    from keras.src.backend.common import global_state

    seeds = [variable for variable in model.variables if "seed" in variable.path]
    known = {id(variable) for variable in (*seeds, *model.trainable_variables)}
    generator = global_state.get_global_attribute("global_seed_generator")
    return {
        "weights": of_variables(model.trainable_variables),
        "statistics": of_variables([one for one in model.variables if id(one) not in known]),
        "seeds": of_variables([*seeds, *([generator.state] if generator else [])]),
        "optimizers": of_variables(_optimizer_variables(model)),
        "metrics": of_variables(model.metrics_variables),
        "history": repr((history.epoch, history.history)),
        "attributes": repr([getattr(model, name, None) for name in ("seen", "calls", "last")])
        + repr([layer.name for layer in model.layers]),
        "python": repr(random.getstate()),
        "numpy": digest(np.random.get_state()[1:]),  # noqa: NPY002  (what users' code draws on)
    }


def _optimizer_variables(model: Any) -> list[Any]:
    from keras import optimizers

    owned = [model.optimizer, *vars(model).values()]
    found = {id(one): one for one in owned if isinstance(one, optimizers.Optimizer)}
    return [variable for one in found.values() for variable in one.variables]


def of_variables(variables: list[Any]) -> str:
    """Digest of names and values."""
    return digest([(variable.path, variable.numpy()) for variable in variables])


def digest(structure: Any) -> str:
    """Digest of every leaf of a structure, bit for bit."""
    import keras

    sha = hashlib.sha256()
    for leaf in keras.tree.flatten(structure):
        dense = leaf.toarray() if hasattr(leaf, "toarray") else leaf
        if hasattr(dense, "shape"):
            dense = np.ascontiguousarray(keras.ops.convert_to_numpy(dense))
            sha.update(f"{dense.dtype}{dense.shape}".encode())
        sha.update(dense.tobytes() if isinstance(dense, np.ndarray) else repr(leaf).encode())
    return sha.hexdigest()


def reports_of(shell: InteractiveShell) -> tuple[Report, ...]:
    kept = shell.user_ns["report"]
    return kept if isinstance(kept, tuple) else (kept,)


def test_the_outcome_is_that_of_the_plain_cell(
    shell: InteractiveShell,
    cells: Cells,
    pair: Pair,
    record_property: Callable[[str, object], None],
) -> None:
    if not pair.installed():
        pytest.skip(f"{pair.data_kind.module} is not installed")
    plain = cells.outcome(pair)
    diagnosed = cells.outcome(pair, MAGIC)
    reports = reports_of(shell)
    parts = differing(pair, diagnosed, plain)
    for _ in range(AGAIN if pair.model_kind.varies else 0):
        parts = parts and differing(pair, diagnosed, cells.outcome(pair))
    record_property("compared with the plain cell", "the same" if not parts else str(pair))
    if any("Gradients" not in report.readings for report in reports):
        record_property("trained without a rehearsal", str(pair))
    assert parts == []
    for report in reports:
        assert report.faults == ()
        says_what_it_saw(report)


def differing(pair: Pair, diagnosed: Outcome, plain: Outcome) -> list[str]:
    """Names of the parts that differ, as far as `pair` determines them."""
    parts = diagnosed.differs_from(plain)
    return [part for part in parts if part != "position" or not pair.data_kind.drawn_ahead]


def says_what_it_saw(report: Report) -> None:
    """A report of a fit that was looked at carries the receipt, any other one says why not."""
    if "Gradients" in report.readings:
        assert report.checksum.untouched
        return
    assert any(note.startswith(NOT_AHEAD) for note in report.notes)
    assert not any("did not get to its first step" in rule.reason for rule in report.not_run)


DISTURBANCES = {
    "weights": "model.trainable_variables[0].assign_add(1e-6 * model.trainable_variables[0])",
    "statistics": "model.layers[1].moving_mean.assign(model.layers[1].moving_mean + 1e-6)",
    "seeds": "model.layers[2].seed_generator.next()",
    "optimizers": "model.optimizer.iterations.assign_add(1)",
    "metrics": "model.metrics[0].update_state(1.0)",
    "history": "history.history['loss'][-1] += 1e-9",
    "attributes": "model.seen = 1",
    "data": "x[3, 3] += 1e-6",
    "printed": "print('more')",
    "python": "random.random()",
    "numpy": "np.random.rand()",
    "tensorflow": "tf.random.uniform([])",
    "keras": "keras.random.uniform(())",
    "names": "layers.Dense(1)",
    "position": "iter(data).get_next()",
}


def test_some_pairs_are_a_cover_and_shards_are_the_whole_matrix() -> None:
    every, some = every_pair(), some_pairs()
    assert {pair.model for pair in some} == {pair.model for pair in every} == set(MODELS)
    assert {pair.data for pair in some} == {pair.data for pair in every} == set(DATA)
    parts = [shard(every, f"{number}/8") for number in range(1, 9)]
    assert sorted(map(str, itertools.chain(*parts))) == sorted(map(str, every))
    for wrong in ("0/8", "9/8", "tests", "2"):
        with pytest.raises(ValueError, match="is no shard"):
            shard(every, wrong)


def test_every_part_has_a_disturbance() -> None:
    assert list(DISTURBANCES) == [part.name for part in fields(Outcome)]


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, Outcome]:
    """The plain outcome, once it is known."""
    return {}


@pytest.mark.parametrize("part", DISTURBANCES)
def test_the_comparison_notices_a_disturbance(
    cells: Cells, undisturbed: dict[str, Outcome], part: str
) -> None:
    pair = Pair("run eagerly", "shuffled dataset")
    if not undisturbed:
        undisturbed["plain"] = cells.outcome(pair)
    disturbed = cells.outcome(pair, disturbance=DISTURBANCES[part])
    assert part in disturbed.differs_from(undisturbed["plain"])
