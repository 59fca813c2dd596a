"""Which layers of a live model the calls in a text have made."""

from __future__ import annotations

import ast
from typing import Any

import keras
import pytest

from nbdoctor.trials.copying.objects.places import Places, parameters, written
from nbdoctor.trials.copying.objects.sites import reduced
from nbdoctor.trials.refusal import UntriedError

pytestmark = pytest.mark.keras

L = keras.layers
NAMES = {"keras": keras, "layers": L}

LOOP = """
model = keras.Sequential()
model.add(layers.Dense(8))
for _ in range(3):
    model.add(layers.Dense(4))
model.add(layers.Dense(1))
"""


def places(text: str, *layers: Any, **names: Any) -> Places:
    return Places(reduced(ast.parse(text).body, NAMES).sites, layers, names)


def test_each_call_has_made_the_layer_of_its_class_and_turn() -> None:
    text = "[layers.Dense(8), layers.Dropout(0.5), layers.Dense(3)]"
    of = places(text, L.Dense(8), L.Dropout(0.5), L.Dense(3))
    assert [of.of(site) for site in range(3)] == [[0], [1], [2]]


def test_a_call_in_a_loop_has_made_all_that_the_others_have_not() -> None:
    of = places(LOOP, L.Dense(8), L.Dense(4), L.Dense(4), L.Dense(4), L.Dense(1))
    assert [of.of(site) for site in range(3)] == [[0], [1, 2, 3], [4]]


@pytest.mark.parametrize(
    "layer",
    [
        pytest.param(L.Dense(9), id="another number of units"),
        pytest.param(L.Dense(8, activation="tanh"), id="another activation"),
        pytest.param(L.Dense(8, activation="relu", name="other"), id="another name"),
    ],
)
def test_a_layer_that_is_not_what_is_written_was_made_elsewhere(layer: Any) -> None:
    of = places('\n\nlayers.Dense(8, activation="relu", name="mine")', layer)
    with pytest.raises(UntriedError, match="can't tell which layers line 3 has made"):
        of.of(0)


def test_what_is_not_written_plainly_may_be_anything() -> None:
    of = places("layers.Dense(units, use_bias=True)", L.Dense(8))
    assert of.of(0) == [0]


def test_two_loops_leave_it_open() -> None:
    twice = "for _ in a:\n    layers.Dense(1)\nfor _ in a:\n    layers.Dense(1)"
    with pytest.raises(UntriedError, match="can't tell which layers line 2 has made"):
        places(twice, *(L.Dense(1) for _ in range(5))).of(0)


def test_a_new_layer_belongs_before_the_next_that_was_there() -> None:
    of = places("[layers.Dense(8), layers.Dense(3)]", L.Dense(8), L.Dense(3))
    more = "[layers.Dense(8), layers.ReLU(), layers.Dense(3), layers.Softmax()]"
    new = reduced(ast.parse(more).body, NAMES).sites
    assert of.behind(1, new) == 1
    assert of.behind(3, new) is None


def test_a_name_stands_for_the_layer_itself_and_for_no_other() -> None:
    first, second = L.Dense(3), L.Dense(3)
    of = places("", first, second, head=second, other=L.Dense(3))
    assert [of.named("head"), of.named("other"), of.named("nobody")] == [1, -1, -1]


def test_arguments_are_told_by_their_names() -> None:
    call = ast.parse('layers.Dense(8, "relu", name="a")', mode="eval").body
    found = written(call, parameters(L.Dense))
    assert {name: ast.unparse(one) for name, one in found.items()} == {
        "units": "8",
        "activation": "'relu'",
        "name": "'a'",
    }


@pytest.mark.parametrize("text", ["f(*given)", "f(**given)", "f(1, 2, 3)", "given"])
def test_arguments_without_a_name_of_their_own_are_refused(text: str) -> None:
    with pytest.raises(UntriedError, match=r"passed on with `\*` or `\*\*`"):
        written(ast.parse(text, mode="eval").body, ["a", "b"])
