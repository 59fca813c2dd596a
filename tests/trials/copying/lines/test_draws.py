"""Lines that never ran draw from a generator of their own."""

import ast
import types
from typing import Any

import numpy as np
import pytest

from nbdoctor.trials.copying.lines.draws import DRAWS, generator, with_own_draws


def changed(source: str, **names: Any) -> tuple[str, bool]:
    tree = ast.parse(source)
    found = with_own_draws(tree.body, {"np": np, "n": 3, **names})
    return ast.unparse(tree), found


@pytest.mark.parametrize(
    ("source", "after"),
    [
        ("x = np.random.rand(n, 2)", f"x = {DRAWS}.rand(n, 2)"),
        ("x = np.random.randint(0, 2, n) * 1.0", f"x = {DRAWS}.randint(0, 2, n) * 1.0"),
        ("x = random.normal(size=n)", f"x = {DRAWS}.normal(size=n)"),
        ("x = draw(size=n)", f"x = {DRAWS}.normal(size=n)"),
        ("x = [np.random.rand() for _ in range(n)]", f"x = [{DRAWS}.rand() for _ in range(n)]"),
    ],
)
def test_draws_of_the_shared_generator_are_others(source: str, after: str) -> None:
    assert changed(source, random=np.random, draw=np.random.normal) == (after, True)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("n = np.random.randint(9)", id="it may have run"),
        pytest.param("np.random.rand()", id="it gives no name a value"),
        pytest.param("x = np.random.default_rng(0).random(3)", id="a generator of its own"),
        pytest.param("x = np.random.RandomState(0).rand(3)", id="another one"),
        pytest.param("x = mine.random.rand(3)", id="a module of the user's"),
        pytest.param("x = lookalike.rand(3)", id="an object that looks like it"),
        pytest.param("def x():\n    return np.random.rand()", id="a function"),
        pytest.param("x = lambda: np.random.rand()", id="called by others"),
    ],
)
def test_all_else_is_left_alone(source: str) -> None:
    mine = types.ModuleType("mine")
    vars(mine)["random"] = types.SimpleNamespace(rand=np.zeros)
    after, found = changed(source, mine=mine, lookalike=np.random.RandomState(0))
    assert (after, found) == (source, False)


def test_the_shared_generator_stays_where_it_is() -> None:
    tree = ast.parse("x = np.random.rand(4)\ny = np.random.permutation(9)")
    with_own_draws(tree.body, {"np": np})
    shared = np.random.random_sample.__self__
    state = shared.get_state()[1].copy()
    made = []
    for _ in range(2):
        names = {"np": np, DRAWS: generator()}
        exec(compile(tree, "<cell>", "exec"), names)  # noqa: S102  (our own text)
        made.append(names["x"])
    assert np.array_equal(shared.get_state()[1], state)
    assert np.array_equal(*made)
