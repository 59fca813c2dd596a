"""Train copies a little, from several seeds, and note what they predict on the way."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor import backend
from nbdoctor.look.building import build
from nbdoctor.trials.copying.case import Judging, ModelCopy
from nbdoctor.trials.copying.recipe import Recipe
from nbdoctor.trials.copying.rows import Split, judging_rows, rows_of_steps, split
from nbdoctor.trials.copying.weights import build_to_train, restore, state_of
from nbdoctor.trials.isolation import start_from
from nbdoctor.trials.refusal import refuse

Array = npt.NDArray[Any]

STEPS = 100
"""Enough for a healthy small model to leave a constant prediction behind, and some tenths of a
second long."""

LONGEST_CALL = 0.5
"""Seconds that a graph of several steps may run: nothing of Python's runs meanwhile, neither the
handler of an interrupt nor a look at the clock."""

SHORTEST_STEP = 1e-6
"""Seconds: no step takes less, whatever the clock says."""

MOST_STEPS = 1000
"""Where a step is fast and the cell plans so many: with small batches or rates, 100 steps are the
beginning only."""

POINTS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
"""Parts of the steps after which the predictions are noted."""

PROBED = 5
"""Steps after the traced one whose time is measured."""


def points(steps: int) -> tuple[int, ...]:
    """Return the steps after which predictions are noted in a training of so many."""
    return tuple(sorted({round(steps * part) for part in POINTS}))


@dataclass(frozen=True, kw_only=True)
class Run:
    """One copy, trained from one seed.

    Attributes
    ----------
    predictions, elsewhere : tuple of array
        On the judging rows at each point, and on those of another arm where these judge as well.
    finite : bool
        Whether its last loss is a finite number.
    """

    predictions: tuple[Array, ...]
    elsewhere: tuple[Array, ...] = ()
    finite: bool = True


@dataclass
class Arm:
    """Copies of one kind, treated or not: traced once, trained from several seeds.

    Attributes
    ----------
    recipe : Recipe
    deadline : float
        `time.perf_counter` by which training has to be over.
    steps : int
        Training steps of each copy.
    marks : tuple of int
        Steps after which predictions are noted, up to the last of them; those beyond follow.
    by_validation : bool
        Whether the rows that `fit` validates on judge, and none are held back for it.
    others : Judging or None
        Rows of another arm that judge as well.
    runs : list of Run
        By seed.
    seconds : float
        All that it took so far.
    step_seconds, run_seconds : float
        What one step took, and the last run with all that is around its steps.
    """

    recipe: Recipe
    deadline: float
    steps: int = STEPS
    marks: tuple[int, ...] = ()
    by_validation: bool = False
    others: Judging | None = None
    runs: list[Run] = field(default_factory=list)
    seconds: float = 0.0
    step_seconds: float = 0.0
    run_seconds: float = 0.0
    _copy: ModelCopy | None = None
    _steps: Any = None
    _predict: Any = None
    _parts: Split | None = None
    _judging: Judging | None = None

    @property
    def copy(self) -> ModelCopy:
        """The copy; it is made at the first call of `prepare`."""
        if self._copy is None:
            message = "The copy was not made yet."
            raise RuntimeError(message)
        return self._copy

    @property
    def parts(self) -> Split:
        """Which rows train, and which judge."""
        if self._parts is None:
            message = "The copy was not made yet."
            raise RuntimeError(message)
        return self._parts

    @property
    def judging(self) -> Judging:
        """The rows that judge."""
        if self._judging is None:
            message = "The copy was not made yet."
            raise RuntimeError(message)
        return self._judging

    @property
    def is_held_out(self) -> bool:
        """Whether the copies are not trained on the rows that judge."""
        return self.by_validation or self.parts.held_out

    def again(
        self, *, by_validation: bool, others: Judging | None, steps: int | None = None
    ) -> Arm:
        """Return copies of the same kind that are judged by other rows, or trained for longer."""
        return Arm(
            self.recipe,
            self.deadline,
            steps=self.steps if steps is None else steps,
            marks=self.marks if steps is None else (),
            by_validation=by_validation,
            others=others,
        )

    @property
    def at(self) -> tuple[int, ...]:
        """Steps after which predictions are noted."""
        last = max(self.marks, default=-1)
        return (*self.marks, *(step for step in points(self.steps) if step > last))

    def prepare(self) -> None:
        """Make the copy, trace its step, and measure how long one takes."""
        import keras

        started = time.perf_counter()
        start_from(0)
        self._copy = copy = self.recipe.make()
        rows = int(keras.tree.flatten(copy.data)[0].shape[0])
        self._parts = split(rows, copy.arguments)
        known = self.recipe.given_validation() if self.by_validation else None
        self._judging = judging_rows(copy, known)
        self.by_validation |= copy.judging is not None
        build_to_train(copy.model, self._first_batch())
        training = backend.current().training
        self._steps = training.train_steps(copy.model, copy.data, self._size())
        self._predict = training.prediction(copy.model)
        before, order = state_of(copy.model), self._order(0)
        self._steps(order[:1])
        begun = time.perf_counter()
        self._steps(order[:PROBED])
        self.step_seconds = (time.perf_counter() - begun) / PROBED
        restore(copy.model, before)
        self.seconds += time.perf_counter() - started

    def run(self, seed: int) -> Run:
        """Train a copy from a seed, unless that was done before."""
        if seed < len(self.runs):
            return self.runs[seed]
        started = time.perf_counter()
        if seed > 0:
            self._start_from(seed)
        order, loss = self._order(seed), 0.0
        noted, elsewhere = [self._predictions(self.judging)], [self._predictions(self.others)]
        for start, stop in pairwise(self.at):
            loss = self._trained_on(order[start:stop])
            noted.append(self._predictions(self.judging))
            elsewhere.append(self._predictions(self.others))
            if time.perf_counter() > self.deadline and stop < self.steps:
                refuse("the time ran out before a copy was trained")
        found = tuple(elsewhere) if self.others is not None else ()
        run = Run(predictions=tuple(noted), elsewhere=found, finite=bool(np.isfinite(loss)))
        self.runs.append(run)
        self.run_seconds = time.perf_counter() - started
        self.seconds += self.run_seconds
        return run

    def _trained_on(self, order: Array) -> float:
        """Train on these rows; an interrupt is seen between the calls. Return the last loss."""
        at_once = max(1, int(LONGEST_CALL / max(self.step_seconds, SHORTEST_STEP)))
        losses = [
            float(self._steps(order[at : at + at_once])) for at in range(0, len(order), at_once)
        ]
        return losses[-1] if losses else 0.0

    def _start_from(self, seed: int) -> None:
        """Give the copy the weights of a fresh one."""
        start_from(seed)
        fresh = self.recipe.build()
        build(fresh, self._first_batch())
        if not fresh.optimizer.built:
            fresh.optimizer.build(fresh.trainable_variables)
        restore(self.copy.model, state_of(fresh))

    def _size(self) -> int:
        return min(self.copy.batch_size, len(self.parts.train))

    def _first_batch(self) -> Any:
        return self._batch(self.parts.train[: self._size()])

    def _batch(self, index: Array) -> Any:
        return backend.current().training.rows(self.copy.data, index)

    def _order(self, seed: int) -> Array:
        """Return the rows of every step: shuffled in each epoch, as `fit` does, or in order."""
        shuffles = self.copy.arguments.get("shuffle", True) is not False
        return rows_of_steps(
            self.parts.train,
            steps=max(self.steps, PROBED),
            size=self._size(),
            shuffles=shuffles,
            deal=np.random.default_rng(seed),
        )

    def _predictions(self, rows: Judging | None) -> Array:
        import keras

        if rows is None:
            return np.zeros(0, "float32")
        out = keras.tree.flatten(self._predict(rows.inputs))
        if len(out) != 1:
            refuse("the model has several outputs")
        found: Array = np.asarray(keras.ops.convert_to_numpy(out[0]), "float32")
        return found


def trained_as_planned(copy: ModelCopy) -> None:
    """Call `fit` of a copy, as the cell does but silently and for about 100 steps."""
    import keras

    given = copy.arguments
    rows = int(keras.tree.flatten(copy.data)[0].shape[0])
    each = max(1, rows // copy.batch_size)
    planned = int(given.get("epochs") or 1)
    kept = {name: given.get(name) for name in ("class_weight", "validation_split", "shuffle")}
    if not kept["validation_split"]:
        held = split(rows, given)
        kept["validation_split"] = len(held.judge) / rows if held.held_out else 0.0
    copy.model.fit(
        copy.x,
        copy.y,
        batch_size=copy.batch_size,
        epochs=max(1, min(planned, STEPS // each)),
        verbose=0,
        **{name: value for name, value in kept.items() if value is not None},
    )


def planned_steps(arm: Arm, recipe: Recipe | None = None) -> int:
    """Return the steps that the cell plans.

    Parameters
    ----------
    arm : Arm
        Prepared.
    recipe : Recipe, optional
        Says the epochs; by default that of the arm.
    """
    given, sample = arm.copy.arguments, arm.recipe.captured.sample
    rows = len(arm.parts.train)
    if sample is not None:
        share = float(given.get("validation_split") or 0.0)
        rows = max(rows, int(sample.total * (1.0 - share)))
    steps = given.get("steps_per_epoch") or -(-rows // arm.copy.batch_size)
    return int(steps) * (recipe or arm.recipe).epochs
