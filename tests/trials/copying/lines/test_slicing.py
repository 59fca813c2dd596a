"""Which statements make what a name stands for, followed back through a cell."""

import ast
from typing import Any

import numpy as np
import pytest

from nbdoctor.trials.copying.lines.slicing import Slicer
from nbdoctor.trials.refusal import UntriedError


class Made:
    """Stands for a model, a layer, an optimizer: what a captured value of cannot be used again."""


def namespace() -> dict[str, Any]:
    made = dict.fromkeys(("model", "layer", "head", "optimizer", "base", "parts", "build"), Made())
    data = {"np": np, "x": np.zeros((8, 4)), "units": 8, "sizes": [8, 8], "rate": 0.1}
    return {**made, **data}


def sliced(source: str, wanted: str = "model", changed: set[int] | None = None) -> list[str]:
    statements = ast.parse(source).body
    kept = Slicer(statements, namespace(), changed or set()).needed_for({wanted})
    return [ast.unparse(statements[at]).split("\n")[0] for at in sorted(kept)]


SLICES = {
    "the last value counts": (
        "model = first()\nmodel = second()",
        ["model = second()"],
    ),
    "one that goes on from the value before": (
        "model = first()\nmodel = second(model)",
        ["model = first()", "model = second(model)"],
    ),
    "parts of parts": (
        "layer = made(1)\nhead = around(layer)\nother = made(2)\nmodel = joined(head)",
        ["layer = made(1)", "head = around(layer)", "model = joined(head)"],
    ),
    "data is there already": (
        "x = np.load('x')\nunits = 8\nmodel = made(x.shape, units)",
        ["model = made(x.shape, units)"],
    ),
    "a name without a value is made": (
        "size = 3\nmodel = made(size)",
        ["size = 3", "model = made(size)"],
    ),
    "builtins are there": ("model = made(len(x))", ["model = made(len(x))"]),
    "what is done to it": (
        "model = made()\nmodel.add(layer)\nmodel.compile('sgd')",
        ["model = made()", "model.add(layer)", "model.compile('sgd')"],
    ),
    "what is only looked at": (
        "model = made()\nmodel.summary()\nmodel.count_params()\nmodel.save('m.keras')",
        ["model = made()"],
    ),
    "a result of it that nobody needs": (
        "model = made()\nseen = model.predict(x)",
        ["model = made()"],
    ),
    "an attribute that is set": (
        "model = made()\nmodel.layers[0].trainable = False",
        ["model = made()", "model.layers[0].trainable = False"],
    ),
    "an attribute that is counted up": (
        "model = made()\nmodel.steps += 1",
        ["model = made()", "model.steps += 1"],
    ),
    "an entry that is set": (
        "parts = {}\nparts['head'] = layer\nmodel = made(parts)",
        ["parts = {}", "parts['head'] = layer", "model = made(parts)"],
    ),
    "a part that is changed after it was used": (
        "base = made()\nmodel = around(base)\nbase.trainable = False",
        ["base = made()", "model = around(base)", "base.trainable = False"],
    ),
    "a loop over its parts": (
        "model = made()\nfor layer in model.layers:\n    layer.trainable = False",
        ["model = made()", "for layer in model.layers:"],
    ),
    "a loop that adds": (
        "model = made()\nfor size in sizes:\n    model.add(made(size))",
        ["model = made()", "for size in sizes:"],
    ),
    "a branch may leave the value before": (
        "model = first()\nif units > 4:\n    model = second()",
        ["model = first()", "if units > 4:"],
    ),
    "a with block": (
        "with scope():\n    model = made()",
        ["with scope():"],
    ),
    "a function and what it uses": (
        "depth = 2\ndef build():\n    return made(depth)\nmodel = build()",
        ["depth = 2", "def build():", "model = build()"],
    ),
    "a function that is not called": (
        "def other():\n    model.add(layer)\nmodel = made()",
        ["model = made()"],
    ),
    "several names at once": (
        "model, other = made()\nother.add(layer)",
        ["model, other = made()"],
    ),
}


@pytest.mark.parametrize(
    ("source", "lines"), [pytest.param(*case, id=name) for name, case in SLICES.items()]
)
def test_what_a_model_is_made_by(source: str, lines: list[str]) -> None:
    assert sliced(source) == lines


def test_data_that_a_treatment_changes_is_made_again() -> None:
    source = "units = 4\nmodel = made(units)"
    assert sliced(source) == ["model = made(units)"]
    assert sliced(source, changed={0}) == ["units = 4", "model = made(units)"]


REFUSED = {
    "trained before": (
        "model = made()\nmodel.fit(x)",
        "line 2 has already trained a part of the model",
    ),
    "a part that was trained": (
        "base = made()\nbase.fit(x)\nmodel = around(base)",
        "line 2 has already trained a part of the model",
    ),
    "trained by steps": (
        "model = made()\nfor _ in sizes:\n    model.train_on_batch(x)",
        "line 3 has already trained a part of the model",
    ),
    "weights of a file": ("model = made()\nmodel.load_weights('f')", "line 2 loads weights"),
    "weights of another": ("model = made()\nmodel.set_weights(x)", "line 2 loads weights"),
}


@pytest.mark.parametrize(
    ("source", "why"), [pytest.param(*case, id=name) for name, case in REFUSED.items()]
)
def test_what_does_not_start_where_a_copy_starts_is_refused(source: str, why: str) -> None:
    with pytest.raises(UntriedError, match=why):
        sliced(source)


def test_the_training_of_something_else_does_no_harm() -> None:
    assert sliced("scaler.fit(x)\nother.set_weights(x)\nmodel = made()") == ["model = made()"]
