"""One fault in a part of ten small programs, and the cause sought by experiment alone.

    python -m tests.benchmarks.part_faults [--only TEXT] [--kept FILE] [--budget SECONDS]

No rule takes part. Each program is trained as it is for its record; then `find_cause` replaces
parts of copies. Printed: which part is at fault, which is blamed, what was beside it, and seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from nbdoctor.cell.cell import Cell
from nbdoctor.experiment.experiment import find_cause
from nbdoctor.experiment.program import Loop, program_of
from nbdoctor.readings.asked import Asked
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.ceiling import ceiling_of
from nbdoctor.readings.score import judged_rows, score
from nbdoctor.readings.task import task_of
from nbdoctor.readings.tried_parts import GAP, TriedParts
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.objects.fitted import as_fitted

ROWS, JUDGED = 1000, 300


@dataclass(frozen=True)
class Program:
    """A small program in pieces that a fault can change.

    Attributes
    ----------
    x, y : arrays
        The last `JUDGED` rows judge what it has reached.
    body : callable
        Of the options; it gives the layers between input and the last one.
    units, head : int and str
        Of the last layer.
    options : dict
        Of hidden layers: "activation", "kernel_initializer", "kernel_regularizer"; "drop", "own",
        "norm" and "masked" add something.
    loop : callable or None
        Trains in place of `fit`.
    names : dict
        Variables of the cell beside x and y.
    """

    x: Any
    y: Any
    body: Callable[[dict[str, Any]], list[Any]]
    units: int = 1
    head: str = "linear"
    loss: Any = "mse"
    optimizer: Any = 0.003
    fit: dict[str, Any] = field(default_factory=lambda: {"epochs": 15, "batch_size": 32})
    options: dict[str, Any] = field(default_factory=lambda: {"activation": "relu"})
    logits: bool = False
    embeds: bool = False
    frozen: bool = False
    loop: Callable[..., None] | None = None
    names: dict[str, Any] = field(default_factory=dict)

    def hidden(self) -> dict[str, Any]:
        """Options that dense layers take."""
        known = ("activation", "kernel_initializer", "kernel_regularizer")
        return {name: self.options[name] for name in known if name in self.options}

    def model(self) -> Any:
        """Build and compile it."""
        several = isinstance(self.x, list)
        taken = [keras.Input(one.shape[1:]) for one in (self.x if several else [self.x])]
        t = layers.Concatenate()(taken) if several else taken[0]
        made = self.body({**self.options, "hidden": self.hidden()})
        for layer in made:
            t = layer(t)
        if self.options.get("norm"):
            t = self.options["norm"]()(t)
        if self.options.get("own"):
            t = self.options["own"]()(t)
        if self.options.get("drop"):
            t = layers.Dropout(self.options["drop"])(t)
        out = layers.Dense(self.units, activation=self.head)(t)
        model = keras.Model(taken, out)
        if self.frozen:
            for layer in model.layers:
                layer.trainable = False
        made = self.optimizer
        chosen = keras.optimizers.Adam(made) if isinstance(made, float) else made()
        model.compile(optimizer=chosen, loss=self.loss)
        return model

    def trained_rows(self) -> tuple[Any, Any]:
        """What it is trained on."""
        return self.part(slice(None, -JUDGED))

    def part(self, rows: slice) -> tuple[Any, Any]:
        """Some of the rows."""
        x = [one[rows] for one in self.x] if isinstance(self.x, list) else self.x[rows]
        return x, self.y[rows]


# ---- programs ---------------------------------------------------------------------------


def dense(*units: int) -> Callable[[dict[str, Any]], list[Any]]:
    """Some dense layers."""

    def body(options: dict[str, Any]) -> list[Any]:
        return [layers.Dense(one, **options["hidden"]) for one in units]

    return body


def convolutions(options: dict[str, Any]) -> list[Any]:
    made = [layers.Conv2D(one, 3, **options["hidden"]) for one in (12, 16)]
    return [*made, layers.Flatten()]


def windows(options: dict[str, Any]) -> list[Any]:
    made = [layers.Conv1D(16, 5, **options["hidden"]) for _ in range(2)]
    return [*made, layers.GlobalAveragePooling1D(), layers.Dense(32, **options["hidden"])]


def words(options: dict[str, Any]) -> list[Any]:
    masked = options.get("masked", False)
    return [layers.Embedding(60, 16, mask_zero=masked), layers.LSTM(24)]


def own_error(y, p):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """A loss of the user's own: squared error of small errors, absolute of large ones."""
    error = ops.abs(y - p)
    return ops.mean(ops.where(error < 1.0, 0.5 * error * error, error - 0.5))


def inverted(y, p):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """The same with the wrong sign."""
    return -ops.mean(ops.abs(y - p))


def over_rows(y, p):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """A loss of means over the rows, which tells nothing of a row."""
    return ops.square(ops.mean(ops.cast(y, "float32")) - ops.mean(p))


def programs() -> dict[str, Program]:
    """Ten healthy programs."""
    rng = np.random.default_rng(0)
    n = ROWS + JUDGED
    table = rng.normal(size=(n, 6)).astype("float32")
    wanted = (table[:, 0] * table[:, 1] + np.sin(2 * table[:, 2])).astype("float32")[:, None]
    sides = (table[:, 0] * table[:, 1] + 0.5 * table[:, 2] > 0).astype("int64")
    centres = rng.normal(size=(10, 8)) * 1.5
    group = rng.integers(0, 10, n)
    groups = (centres[group] + rng.normal(size=(n, 8)) * 0.7).astype("float32")
    bars = rng.integers(0, 4, n)
    pictures = 0.2 * rng.random((n, 8, 8, 1)).astype("float32")
    for row, bar in enumerate(bars):
        at = rng.integers(1, 7)
        where = [(at, slice(None)), (slice(None), at), (slice(0, 4), at), (at, slice(0, 4))][bar]
        pictures[(row, *where, 0)] = 0.9
    ids = rng.integers(3, 60, (n, 16))
    said = rng.integers(0, 2, n)
    for row in range(n):
        at = rng.choice(16, 2, replace=False)
        ids[row, at[0]], ids[row, at[1]] = (1, 1) if said[row] else (2, 2)
    tone = rng.integers(0, 3, n)
    turns = np.array([0.05, 0.1, 0.18])[tone][:, None] * np.arange(40) + rng.random((n, 1))
    series = np.sin(2 * np.pi * turns) + 0.3 * rng.normal(size=(n, 40))
    inner = rng.normal(size=(n, 3))
    wide = np.tanh(inner @ rng.normal(size=(3, 12))).astype("float32")
    left = rng.normal(size=(n, 4)).astype("float32")
    right = np.where(rng.random((n, 1)) < 0.5, left + 0.3 * rng.normal(size=(n, 4)),
                     rng.normal(size=(n, 4))).astype("float32")  # fmt: skip
    near = (np.abs(left - right).mean(axis=1) < 0.6).astype("int64")
    classes, two = "sparse_categorical_crossentropy", "binary_crossentropy"
    return {
        "binary": Program(table, sides, dense(32, 32), 1, "sigmoid", two),
        "classes": Program(groups, group, dense(48, 32), 10, "softmax", classes),
        "numbers": Program(table, wanted, dense(48, 48)),
        "pictures": Program(pictures, bars, convolutions, 4, "softmax", classes),
        "words": Program(ids, said, words, 1, "sigmoid", two, embeds=True),
        "series": Program(
            series[..., None].astype("float32"), tone, windows, 3, "softmax", classes
        ),
        "rebuilding": Program(wide, wide, dense(32, 3, 32), 12),
        "pairs": Program([left, right], near, dense(48, 32), 1, "sigmoid", two),
        "own loss": Program(table, wanted, dense(48, 48), loss=own_error),
        "loop": Program(table, wanted, dense(48, 48), loop=descend),
    }


# ---- loops ------------------------------------------------------------------------------


def descend(
    model: Any, x: Any, y: Any, *, epochs: int, sign: float = 1.0, roll: int = 0, scale: float = 1.0
) -> None:
    """Train by hand, with a fault perhaps."""
    import tensorflow as tf

    loss_of, optimizer = keras.losses.MeanSquaredError(), model.optimizer

    @tf.function
    def step(xb: Any, yb: Any) -> None:
        with tf.GradientTape() as tape:
            loss = loss_of(tf.roll(yb, roll, 0), model(xb, training=True))
        slopes = tape.gradient(loss, model.trainable_variables)
        slopes = [sign * scale * one for one in slopes]
        optimizer.apply_gradients(zip(slopes, model.trainable_variables, strict=True))

    deal = np.random.default_rng(0)
    for _ in range(epochs):
        order = deal.permutation(len(x))
        for at in range(0, len(x) - 31, 32):
            rows = order[at : at + 32]
            step(tf.constant(x[rows]), tf.constant(y[rows]))


# ---- faults -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """What is done to a program: the part at fault, a name, and the change."""

    part: str
    name: str
    change: Callable[[Program], Program]
    of: tuple[str, ...]


def options(**given: Any) -> Callable[[Program], Program]:
    return lambda one: replace(one, options={**one.options, **given})


def given(**changes: Any) -> Callable[[Program], Program]:
    return lambda one: replace(one, **changes)


def scaled(one: Program) -> Program:
    by = np.float32(5000)
    x = [part * by + 20000 for part in one.x] if isinstance(one.x, list) else one.x * by + 20000
    return replace(one, x=x)


def scrambled(one: Program) -> Program:
    """Labels in another order than their rows; the right ones stand beside them."""
    order = np.random.default_rng(1).permutation(ROWS)
    y = np.concatenate([one.y[:ROWS][order], one.y[ROWS:]])
    return replace(one, y=y, names={"labels": one.y[:ROWS]})


def ordered(**fit: Any) -> Callable[[Program], Program]:
    def change(one: Program) -> Program:
        order = np.argsort(one.y[:ROWS].ravel(), kind="stable")
        x = np.concatenate([one.x[:ROWS][order], one.x[ROWS:]])
        y = np.concatenate([one.y[:ROWS][order], one.y[ROWS:]])
        return replace(one, x=x, y=y, fit={**one.fit, **fit})

    return change


def padded(one: Program) -> Program:
    """Many places of padding behind the words, which no mask leaves out."""
    return replace(one, x=np.concatenate([one.x, np.zeros((len(one.x), 60), int)], axis=1))


class Squash(keras.layers.Layer):  # type: ignore[misc]
    """A layer of the user's own that passes on one number for all."""

    def call(self, t):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        return ops.mean(t) + ops.zeros_like(t)


def lagging() -> Any:
    return layers.BatchNormalization(momentum=0.9999)


def hot() -> Any:
    return keras.optimizers.SGD(30.0, momentum=0.9)


def large(one: Program) -> Program:
    draws = keras.initializers.RandomNormal(stddev=20.0, seed=3)
    return options(kernel_initializer=draws)(one)


def penalised(one: Program) -> Program:
    return options(kernel_regularizer=keras.regularizers.L2(3.0))(one)


def faults() -> list[Fault]:
    """All of them."""
    every = tuple(programs())
    nets = tuple(name for name in every if name != "loop")
    named = ("classes", "pictures", "series")
    linear = ("numbers", "own loss", "loop")
    paired = tuple(name for name in nets if name not in {"rebuilding", "pairs"})
    return [
        Fault("", "healthy", lambda one: one, every),
        Fault("optimizer", "rate too low", given(optimizer=1e-6), every),
        Fault("optimizer", "rate too high", given(optimizer=hot), nets),
        Fault("inputs", "large, far from 0", scaled,
              ("binary", *named, "numbers", "pairs", "own loss")),
        Fault("pipeline", "labels scrambled", scrambled, paired),
        Fault("labels", "targets in millions", lambda one: replace(one, y=one.y * 1e5 + 1e6),
              linear),
        Fault("labels", "0 and 255", lambda one: replace(one, y=one.y * 255),
              ("binary", "words", "pairs")),
        Fault("loss", "wrong sign", given(loss=inverted), ("binary", "numbers", "rebuilding")),
        Fault("loss", "mean over rows", given(loss=over_rows),
              ("binary", "words", "pairs", "numbers")),
        Fault("head", "relu", given(head="relu"), ("classes", "pictures")),
        Fault("head", "softmax on one unit", given(head="softmax"), ("binary", "words", "pairs")),
        Fault("head", "sigmoid", given(head="sigmoid"), linear),
        Fault("order", "sorted", ordered(shuffle=False), ("classes", "pictures", "numbers")),
        Fault("order", "last rows cut off", ordered(validation_split=0.5), ("classes", "series")),
        Fault("regularisation", "dropout", options(drop=0.98),
              ("classes", "numbers", "series", "words", "own loss")),
        Fault("regularisation", "penalty", penalised, ("binary", "numbers", "rebuilding")),
        Fault("init", "zeros", options(kernel_initializer="zeros"),
              ("binary", "classes", "numbers", "pictures")),
        Fault("init", "far too large", large, ("classes", "numbers")),
        Fault("activations", "softmax between", options(activation="softmax"),
              ("classes", "pairs", "series")),
        Fault("activations", "none", options(activation=None),
              ("binary", "numbers", "own loss", "loop")),
        Fault("trainable", "frozen", given(frozen=True),
              ("classes", "numbers", "words", "pictures")),
        Fault("layers", "own layer, broken", options(own=Squash),
              ("classes", "numbers", "series", "words")),
        Fault("normalisation", "statistics lag", options(norm=lagging),
              ("classes", "numbers", "pictures")),
        Fault("masks", "padding read", padded, ("words",)),
        Fault("weights", "one class weighs nothing", lambda one: replace(
            one, fit={**one.fit, "class_weight": {0: 1.0, 1: 0.0, 2: 0.0, 3: 0.0}}),
              ("pictures", "binary")),
        Fault("architecture", "one unit between", given(body=dense(32, 1)),
              ("classes", "numbers", "own loss")),
        Fault("length", "one epoch", lambda one: replace(one, fit={"epochs": 1, "batch_size": 64}),
              ("numbers", "words", "own loss")),
        Fault("loop", "wrong sign", lambda one: replace(one, loop=_with(sign=-1.0)), ("loop",)),
        Fault("loop", "no update", lambda one: replace(one, loop=_with(scale=0.0)), ("loop",)),
        Fault("loop", "labels of other rows", lambda one: replace(one, loop=_with(roll=1)),
              ("loop",)),
    ]  # fmt: skip


def _with(**fault: Any) -> Callable[..., None]:
    return lambda model, x, y, **told: descend(model, x, y, **told, **fault)


PAIRS = (
    ("classes", "regularisation dropout", "optimizer rate too low"),
    ("classes", "head relu", "optimizer rate too low"),
    ("numbers", "labels targets in millions", "regularisation dropout"),
    ("numbers", "init zeros", "loss wrong sign"),
    ("binary", "inputs large, far from 0", "init zeros"),
    ("pictures", "trainable frozen", "inputs large, far from 0"),
    ("words", "head softmax on one unit", "labels 0 and 255"),
    ("loop", "loop wrong sign", "optimizer rate too low"),
)


def cases() -> Iterator[tuple[str, str, str, Program]]:
    """Yield program, parts at fault, name of the fault, and what is trained."""
    known = programs()
    by_name = {f"{fault.part} {fault.name}": fault for fault in faults()}
    for fault in faults():
        for name in fault.of:
            yield name, fault.part, fault.name, fault.change(known[name])
    for name, *two in PAIRS:
        one, other = (by_name[each] for each in two)
        both = other.change(one.change(known[name]))
        yield name, f"{one.part}+{other.part}", f"{one.name} + {other.name}", both


# ---- runs -------------------------------------------------------------------------------


def sought(program: Program, budget: float) -> TriedParts:
    """Train a program as it is, and search for the cause of what it has reached."""
    keras.utils.set_random_seed(0)
    model = program.model()
    fitted = as_fitted(model)
    x, y = program.trained_rows()
    initial = None
    if program.loop is not None:
        program.loop(model, x, y, epochs=program.fit["epochs"])
        initial = Loop(x=x, y=y, loss=program.loss, optimizer=model.optimizer)
    else:
        model.fit(x, y, verbose=0, **program.fit)
    asked = Asked(
        shape=(None, program.units),
        classes="crossentropy" in str(program.loss),
        logits=program.logits,
    )
    attained = _attained(program, model, asked)
    case = Case(
        cell=Cell(""),
        namespace={"x": x, "y": y, **program.names},
        arguments={"x": x, "y": y, **program.fit},
        model=model,
        fitted=fitted,
    )
    made = program_of(
        case,
        outputs=[asked],
        attained=attained,
        embeds=program.embeds,
        steps=program.fit["epochs"] * len(y) // program.fit["batch_size"],
        loop=initial,
    )
    return find_cause(made, time.perf_counter() + budget)


def _attained(program: Program, model: Any, asked: Asked) -> Attained:
    x, y = program.part(slice(-JUDGED, None))
    every = program.x if isinstance(program.x, list) else [program.x]
    task = task_of(program.y, asked, inputs=every, ids=program.embeds)
    judge = task.of(np.arange(len(program.y))[-JUDGED:])
    rows = np.arange(len(program.y))
    found = ceiling_of(every, task, rows[:-JUDGED], rows[-JUDGED:], ids=program.embeds)
    return Attained(
        kind=task.kind,
        score=score(judge, model.predict(x, verbose=0)),
        ceiling=None if found is None else found.value,
        rows=len(y),
        counted=judged_rows(judge),
        held_out=True,
    )


def verdict_on(at_fault: str, found: TriedParts) -> str:
    """Tell whether the blame is right."""
    wrong = set(at_fault.split("+")) - {""}
    blamed = set(found.blamed)
    if found.outcome == "out of time":
        return "out of time"
    if not blamed and wrong and (found.recorded or 0.0) >= 1 - GAP:
        return "healthy in spite of it"
    if not blamed:
        return "nobody blamed" if wrong else "right"
    if blamed == wrong:
        return "right"
    if blamed < wrong:
        return "in part"
    return "another beside" if blamed & wrong else "another"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="cases whose names hold this text")
    parser.add_argument("--kept", type=Path, help="results, one a line; those there are are kept")
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--runs", action="store_true", help="print every training")
    told = parser.parse_args()
    kept = told.kept.read_text().splitlines() if told.kept and told.kept.exists() else []
    results = [json.loads(line) for line in kept]
    done = {row["case"] for row in results}
    for name, at_fault, fault, program in cases():
        case = f"{name}: {at_fault or 'healthy'} ({fault})"
        if told.only not in case or case in done:
            continue
        found = sought(program, told.budget)
        row = {
            "case": case, "at fault": at_fault, "outcome": found.outcome,
            "blamed": list(found.blamed), "verdict": verdict_on(at_fault, found),
            "recorded": found.recorded, "control": found.control, "reference": found.reference,
            "reached": found.reached, "runs": len(found.runs), "seconds": round(found.seconds, 1),
            "why": found.why,
        }  # fmt: skip
        results.append(row)
        if told.kept:
            with told.kept.open("a") as file:
                file.write(json.dumps(row) + "\n")
        _say(_line(row))
        for run in found.runs if told.runs else ():
            _say("   ", run.seed, run.replaced, [round(one, 2) for one in run.curve], run.error)
    _summary(results)


def _say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def _line(row: dict[str, Any]) -> str:
    scores = f"{row['control']:.2f} -> {row['reference']:.2f}"
    blamed = ", ".join(row["blamed"]) or row["outcome"]
    return (
        f"{row['verdict']:22} {row['case']:52} {blamed:30} {scores} {row['seconds']} s {row['why']}"
    )


def _summary(results: list[dict[str, Any]]) -> None:
    for part in sorted({row["at fault"] for row in results}):
        rows = [row for row in results if row["at fault"] == part]
        verdicts = [row["verdict"] for row in rows]
        counts = ", ".join(f"{verdicts.count(one)} {one}" for one in sorted(set(verdicts)))
        _say(f"{part or 'none':30} {len(rows):3} cases: {counts}")
    seconds = [row["seconds"] for row in results]
    if seconds:
        _say(f"median {np.median(seconds):.1f} s, most {max(seconds):.1f} s")


if __name__ == "__main__":
    main()
