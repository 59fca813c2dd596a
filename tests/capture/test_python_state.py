"""What the look does to Python objects of the user's goes back, however deep it lies."""

from __future__ import annotations

import random
from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

import numpy as np
import pytest

from nbdoctor.capture import python_state as module
from nbdoctor.capture.python_state import python_state

CELL = """
import random
import numpy as np
from collections import Counter, deque

log = {"loss": [], "by layer": {"dense": [0]}}
seen = np.zeros(3)
counts, last, raw = Counter(a=1), deque([1, 2], maxlen=2), bytearray(b"ab")
rng, old, own = np.random.default_rng(3), np.random.RandomState(3), random.Random(3)
pair = ([1], {2})
count = 0

class Tracker:
    made = 0

    def __init__(self):
        self.steps, self.parts = [], {"inner": [1]}

class Holder:
    tracker = Tracker()

def counted():
    calls = []
    def call(values=[], *, options={"times": 0}):
        calls.append(1)
        values.append(len(calls))
        options["times"] += 1
        call.times = getattr(call, "times", 0) + 1
        return len(calls), list(values), options["times"]
    return call

call = counted()
holder = [Holder()]

def disturb():
    global count, fresh
    count, fresh = count + 1, 1
    log["loss"].append(0.5)
    log["by layer"]["dense"][0] += 1
    log["new"] = 1
    seen[1] += 1
    counts["a"] += 1
    last.append(3)
    raw.extend(b"c")
    rng.random(), old.rand(), own.random()
    pair[0].append(1), pair[1].add(3)
    Tracker.made += 1
    Tracker.also = 1
    holder[0].tracker.steps.append(1)
    holder[0].tracker.parts["inner"].append(2)
    call()

def state():
    return repr((
        log, seen, counts, last, raw, rng.bit_generator.state, old.get_state(), own.getstate(),
        pair, count, "fresh" in globals(), Tracker.made, hasattr(Tracker, "also"),
        Holder.tracker.steps, Holder.tracker.parts, call.__closure__[0].cell_contents,
        call.__defaults__, call.__kwdefaults__, vars(call),
    ))
"""


def space() -> dict[str, Any]:
    """The variables of a notebook in which `CELL` was run."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(CELL, names)  # noqa: S102  (as a notebook runs a cell)
    return names


@pytest.mark.parametrize("root", ["all variables", "a function"])
def test_everything_goes_back_in_place(root: str) -> None:
    names = space()
    inner = names["log"]["by layer"]
    before = names["state"]()
    with python_state(names if root == "all variables" else names["disturb"]):
        names["disturb"]()
        assert names["state"]() != before
    assert names["state"]() == before
    assert names["log"]["by layer"] is inner
    assert "fresh" not in names


def test_what_only_an_argument_reaches_goes_back() -> None:
    held = {"losses": [1.0], "array": np.arange(3)}
    with python_state((held,)):
        held["losses"].append(2.0)
        held["array"] += 1
    assert held["losses"] == [1.0]
    assert held["array"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "container",
    [
        [1, [2]],
        {"a": 1, "b": [2]},
        OrderedDict(a=1),
        defaultdict(list, a=[1]),
        Counter("aab"),
        {1, 2},
        deque([1, 2]),
        bytearray(b"ab"),
    ],
)
def test_containers_stay_the_same_objects(container: Any) -> None:
    before = repr(container)
    with python_state([container]):
        container.clear()
    assert repr(container) == before


def test_the_order_of_a_dict_goes_back() -> None:
    held = {"a": 1, "b": 2}
    with python_state(held):
        held["a"] = held.pop("a")
    assert list(held) == ["a", "b"]


def test_an_error_inside_undoes_as_well() -> None:
    held: list[int] = []
    with pytest.raises(ZeroDivisionError), python_state(held):  # noqa: PT012  (ends by it)
        held.append(1)
        raise ZeroDivisionError
    assert held == []


def test_large_data_are_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_ARRAY", 8)
    monkeypatch.setattr(module, "LONGEST", 2)
    array, rows = np.zeros(2), [[0], [0], [0]]
    with python_state(array, rows):
        array += 1
        rows[0].append(1)
        rows.append([5])
    assert array.tolist() == [1, 1]
    assert rows == [[0, 1], [0], [0]]


def test_objects_of_libraries_are_left_alone() -> None:
    draws = random.Random(1)  # noqa: S311  (what users draw from)
    match = pytest.approx(1)
    with python_state(match, draws):
        match.rel = 3
        draws.random()
    assert match.rel == 3
    assert draws.random() == random.Random(1).random()  # noqa: S311
