"""Cells that patch what we patch: before, inside and after the cell in question."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

SETUP = """
import functools
seen = []
shell = get_ipython()
kind_of_shell = next(kind for kind in type(shell).__mro__ if "showtraceback" in vars(kind))
trainer = next(kind for kind in keras.Model.__mro__ if "fit" in vars(kind))

def logged(name, original):
    @functools.wraps(original)
    def calling(*args, **kwargs):
        seen.append(name)
        return original(*args, **kwargs)
    return calling

def once(model):
    return model.fit(x[:16], y[:16], batch_size=8, verbose=0).history["loss"]
"""

METHODS = {
    "fit": "keras.Model.fit",
    "train_on_batch": "keras.Model.train_on_batch",
    "make_train_function": "keras.Model.make_train_function",
    "the call of layers": "keras.layers.Layer.__call__",
    "the call of losses": "keras.losses.Loss.__call__",
    "the updates": "keras.optimizers.Optimizer.apply",
    "the tape": "tf.GradientTape.gradient",
    "the fit of one class": "keras.Sequential.fit",
    "the fit of the base": "trainer.fit",
    "the writes": "tf.Variable.assign",
    "the tracebacks": "shell.showtraceback",
    "the tracebacks of all shells": "kind_of_shell.showtraceback",
    "the statements": "shell.run_code",
}
"""What is patched, by what it does. `keras.Model` inherits `fit`, the shell its methods."""

TRAINS = """
after = once(model)
model.train_on_batch(x[:8], y[:8])
"""

LOGGED_BY_LIBRARIES = ("fit", "the tracebacks")
"""What MLflow and rich patch: at every time; the others at one time each, where not all are run."""

WHEN = ("before", "inside", "after", "kept", "undone inside", "undone after")


@dataclass(frozen=True)
class PatchedCells:
    """The cells of one case, in order; the second of them is the one in question."""

    setup: str
    cell: str
    later: str


def cells(method: str, when: str) -> PatchedCells:
    """The user patches `method` at that time, as libraries that log trainings do."""
    name = METHODS[method]
    patch = f"plain = {name}\n{name} = mine = logged({method!r}, {name})\n"
    undo = f"{name} = plain\n"
    fails = "try:\n    model.fit(x, y[:7], verbose=0)\nexcept ValueError:\n    pass\n"
    setup, cell, later = SETUP, "", "during = len(seen)\n"
    if when == "before":
        setup += patch
    elif when in {"inside", "undone inside", "undone after"}:
        cell += patch
    elif when == "kept":
        cell += f"kept = {name}\n"
    cell += TRAINS + fails
    if when == "undone inside":
        cell += undo
    if when == "undone after":
        later += undo
    if when == "after":
        later += patch
    if when == "kept":
        later += f"{name} = kept\n"
    later += f"""{TRAINS}{fails}
is_mine = {name} is globals().get("mine")
shell.run_cell("1 / 0")
left = (during, seen, is_mine, after)
"""
    return PatchedCells(setup, cell, later)


def every_case() -> list[tuple[str, str]]:
    return list(itertools.product(METHODS, WHEN))


def some_cases() -> list[tuple[str, str]]:
    """Every method at some time, and every time for some method."""
    others = [name for name in METHODS if name not in LOGGED_BY_LIBRARIES]
    return [
        *itertools.product(LOGGED_BY_LIBRARIES, WHEN),
        *zip(others, itertools.cycle(WHEN), strict=False),
    ]
