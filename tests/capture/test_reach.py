"""What the data of a cell may be changing in another thread is told apart from the rest."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import pytest

from nbdoctor.capture import reach as module
from nbdoctor.capture.python_state import python_state
from nbdoctor.capture.reach import reach

CODE = """
count, log, other, held, default, inner, step = 0, [], [], [], [], [], {}

class Rows:
    def __init__(self):
        self.seen = held

    def __iter__(self, default=default):
        def add():
            inner.append(1)
        while True:
            global count
            count += 1
            log.append(count)
            add()
            yield count

class MoreRows(Rows):
    pass

def rows():
    yield from Rows()

def model():
    other.append(1)
    step["calls"] = 1
"""


@pytest.fixture
def space() -> dict[str, Any]:
    found: dict[str, Any] = {"__name__": "__main__"}
    exec(CODE, found)  # noqa: S102
    return found


def started(space: dict[str, Any]) -> Any:
    rows = space["rows"]()
    next(rows)
    return rows


DATA = {
    "a generator": lambda space: space["rows"](),
    "a generator that has begun": started,
    "a generator in others": lambda space: zip(map(str, space["rows"]()), itertools.count()),
    "a function with arguments": lambda space: functools.partial(space["rows"], 1),
    "an iterable object": lambda space: space["Rows"](),
    "an object of a derived class": lambda space: space["MoreRows"](),
}


@pytest.mark.parametrize("name", DATA)
def test_all_that_the_data_touches_is_found(space: dict[str, Any], name: str) -> None:
    found = reach([DATA[name](space)])
    assert found.whole
    assert all(found.holds(space[one]) for one in ("log", "inner", "default"))
    assert "count" in found.named_in(space)
    assert not any(found.holds(space[one]) for one in ("other", "step"))
    assert not found.holds(space)


def test_an_object_reaches_what_it_holds(space: dict[str, Any]) -> None:
    assert reach([space["Rows"]()]).holds(space["held"])


def test_an_ended_generator_reaches_nothing_more(space: dict[str, Any]) -> None:
    ended = space["rows"]()
    ended.close()
    assert reach([ended]).names == {}


def test_too_much_is_said_to_be_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FOLLOWED", 3)
    assert not reach([[[], [], [], []]]).whole


def test_what_the_data_changes_meanwhile_stays(space: dict[str, Any]) -> None:
    rows = space["rows"]()
    with python_state(space, apart_from=reach([rows])):
        next(rows)
        space["model"]()
        space["made"] = 1
    assert (space["count"], space["log"], space["inner"]) == (1, [1], [1])
    assert (space["other"], space["step"]) == ([], {})
    assert "made" not in space


def test_a_variable_that_the_data_makes_stays(space: dict[str, Any]) -> None:
    exec("def rows():\n    global new\n    new = 1\n    yield", space)  # noqa: S102
    rows = space["rows"]()
    with python_state(space, apart_from=reach([rows])):
        next(rows)
    assert space["new"] == 1
