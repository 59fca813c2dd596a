"""Try one treatment after the other on copies of a model, within a time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.words import described
from nbdoctor.rules.treatment import Trial, placeholders
from nbdoctor.treat.comparison import ALL_AGREE, curve, outcome
from nbdoctor.treat.copy import Case, Maker, Workshop
from nbdoctor.treat.judging import are_renamed, comparison_of, judged_rows, row_scores, yardstick_of
from nbdoctor.treat.reported import recomputed
from nbdoctor.treat.score import Yardstick
from nbdoctor.treat.training import MOST_STEPS, STEPS, Arm, points
from nbdoctor.treat.untried import UntriedError, refuse

MOST_SEEDS, LEAST_SEEDS = ALL_AGREE, 2

FEWEST_STEPS = 40
"""Fewer steps show little, even of a model whose steps are so slow that 100 do not fit."""

FEWEST_TO_RUN = 10
"""So many steps prove that a cell that raised can be trained ..."""

SHARE_FOR_PROOF = 0.1
"""... which take this share of the time that is left: more may be wrong with such a cell."""

SHARE_FOR_ONE = 0.5
"""A first trial may take this share of the time that is left, so that others can follow."""

SHARE_FOR_LONGER = 0.2
"""... and this share for all the steps that the cell plans, where these are more than 100."""


TOO_LONG = "it would take about"
"""Begins the reason of a trial that time was missing for."""


class Trials:
    """All trials of one model: the untreated copy is trained once for all of them.

    Parameters
    ----------
    case : Case
    deadline : float
        `time.perf_counter` by which the last one has to end.
    raises : bool
        Training the model as it is has raised.
    """

    def __init__(self, case: Case, deadline: float, *, raises: bool) -> None:
        self.case, self.deadline, self.raises = case, deadline, raises
        self.cell = case.cell
        self.shop: Workshop | None = None
        self.control: Arm | None = None
        self.whole: Arm | None = None
        self.broken = ""
        self.reason = ""
        self.steps = STEPS
        self.arms: dict[str, Arm] = {}
        self.is_origin = True

    def after(self, arm: Arm, patched: Cell) -> Trials:
        """Trials of what is done to the treated copy, compared with that."""
        further = Trials(self.case, self.deadline, raises=False)
        further.cell, further.shop, further.arms = patched, self.shop, self.arms
        further.is_origin = False
        if arm.steps >= FEWEST_STEPS:  # else it was trained to see whether it can be, no longer
            further.control, further.steps = arm, arm.steps
        return further

    def arm(self, patched: Cell) -> Arm | None:
        """The copies that were trained after a patched cell."""
        return self.arms.get(patched.source)

    def of(self, patched: Cell, *, trains: bool) -> Trial:
        """Try the patched cell.

        Parameters
        ----------
        patched : Cell
        trains : bool
            Whether the treatment changes more than what is reported.
        """
        started = time.perf_counter()
        try:
            _refuse_placeholders(patched)
            trial = self._trained(patched) if trains else self._recomputed(patched)
        except UntriedError as reason:
            trial = Trial(reason=str(reason))
        except Exception as error:  # noqa: BLE001  (the copy's fault is the treatment's, not ours)
            trial = Trial(reason=f"the patched cell raises {described(error)}")
        return _timed(trial, time.perf_counter() - started)

    def _trained(self, patched: Cell) -> Trial:
        maker = self._shop().maker(patched)
        present = self._shop().maker(self.cell)
        if maker.differs_from(present) <= {"epochs"} and not self.raises:
            return self._longer(patched, maker, present)
        self._prepare_control()
        treated = self.arms.get(patched.source)
        if treated is None:
            self._require_time(self.control.seconds if self.control is not None else 0.0)
            marks = self.control.marks if self.control is not None else ()
            treated = Arm(maker, self.deadline, steps=self.steps, marks=marks)
            treated.prepare()
            self.arms[patched.source] = treated
        if self.control is None:
            return self._runs_now(treated)
        return self._compared(self.control, treated)

    def _shop(self) -> Workshop:
        if self.reason:
            refuse(self.reason)
        if self.shop is None:
            try:
                self.shop = Workshop(self.case)
            except UntriedError as reason:
                self.reason = str(reason)
                raise
        return self.shop

    def _prepare_control(self) -> None:
        """Make the untreated copy, or find that it cannot be trained either."""
        if self.control is not None or self.broken:
            return
        shop = self._shop()
        try:
            control = Arm(shop.maker(self.cell), self.deadline)
            control.prepare()
            if self.is_origin:
                self._require_likeness(control)
            self.steps = control.steps = self._affordable(control)
            if (stops := _planned(control)) < self.steps:
                control.marks = tuple(sorted({*points(self.steps), stops}))
        except UntriedError as reason:
            self.reason = str(reason)
            raise
        except Exception as error:  # noqa: BLE001
            if not self.raises:
                self.reason = f"the untreated copy raises {described(error)}"
                refuse(self.reason)
            self.broken = described(error)
            return
        self.control = control

    def _require_likeness(self, control: Arm) -> None:
        """The copy has to be the user's model: names may have changed since it was built."""
        model = self.case.model
        if model is None or not model.built:
            return
        if _structure(model) != _structure(control.made.model):
            refuse("running the cell's lines again gives another model")

    def _affordable(self, control: Arm) -> int:
        left = self.deadline - time.perf_counter()
        each = control.step_seconds * 2 * LEAST_SEEDS
        if each * FEWEST_STEPS > left:
            self._too_long(each * FEWEST_STEPS)
        if each * STEPS > left * SHARE_FOR_ONE:
            return max(FEWEST_STEPS, int(left * SHARE_FOR_ONE / each))
        fitting = int(SHARE_FOR_LONGER * left / each)
        return max(STEPS, min(_planned(control), fitting, MOST_STEPS))

    def _require_time(self, wanted: float) -> None:
        if time.perf_counter() + wanted > self.deadline:
            self._too_long(wanted)

    def _too_long(self, wanted: float) -> None:
        refuse(
            f"{TOO_LONG} {max(1, round(wanted))} s, more than `--budget` leaves; "
            "a larger one lets it be tried"
        )

    def _runs_now(self, treated: Arm) -> Trial:
        """See whether the treated copy is trained where the untreated one raises."""
        left = self.deadline - time.perf_counter()
        fitting = int(SHARE_FOR_PROOF * left / max(treated.step_seconds, 1e-6))
        if not treated.runs:
            treated.steps = max(FEWEST_TO_RUN, min(STEPS, fitting))
        runs = [treated.run(0)]
        if time.perf_counter() + treated.step_seconds * treated.steps < self.deadline:
            runs.append(treated.run(1))
        labels = judged_rows(treated)
        by = yardstick_of(labels, treated)
        if not all(run.finite for run in runs):
            return Trial(
                outcome="no effect", reason="the loss is not a finite number", steps=treated.steps
            )
        scores = np.stack([row_scores(by, labels, treated, run)[-1] for run in runs])
        points = [[one.mean() for one in row_scores(by, labels, treated, run)] for run in runs]
        return Trial(
            outcome="helps",
            reason="as it is, it raises",
            score=by.name,
            after=float(scores.mean()),
            seeds=len(runs),
            agreeing=len(runs),
            steps=treated.steps,
            rows=len(labels),
            held_out=treated.parts.held_out,
            at=treated.at,
            treated=curve(points),
        )

    def _compared(self, control: Arm, treated: Arm) -> Trial:
        ours, theirs = judged_rows(control), judged_rows(treated)
        by = yardstick_of(theirs, control, treated)
        if treated.maker.restores_labels and len(ours) == len(theirs):
            ours = theirs  # what the labels were is true of both
        if yardstick_of(ours, control, treated).kind != by.kind:
            if not are_renamed(ours, theirs):
                refuse("the labels of both copies cannot be judged alike")
            ours = theirs
        control, end = self._to_the_end(control, treated)
        shared = [step for step in control.at if step <= end and step in treated.at]
        at = (*shared, *(step for step in treated.at if step > end))
        pairs: list[tuple[list[Any], list[Any]]] = []
        for seed in range(MOST_SEEDS):
            if seed >= 1 and self._is_out_of_time(control, treated, seed):
                break
            before = _at(shared, control, row_scores(by, ours, control, control.run(seed)))
            after = _at(at, treated, row_scores(by, theirs, treated, treated.run(seed)))
            pairs.append((before, after))
            if comparison_of(pairs).is_plain():
                break
        if len(pairs) < LEAST_SEEDS:
            self._too_long(treated.seconds)
        return _told(pairs, by, treated, at)

    def _to_the_end(self, control: Arm, treated: Arm) -> tuple[Arm, int]:
        """The control, and after which step it is compared: its last, or where the cell stops.

        That counts where the treatment changes the epochs, too: then the control is trained until
        there.
        """
        if treated.maker.epochs == control.maker.epochs:
            return control, control.steps
        stops = _planned(control)
        if stops <= control.steps:
            return control, stops
        wanted = control.step_seconds * stops * LEAST_SEEDS
        if stops not in treated.at:
            self._too_long(wanted)
        if self.whole is None:
            self._require_time(wanted)
            whole = Arm(control.maker, self.deadline, steps=stops)
            whole.prepare()
            self.whole = whole
        return self.whole, stops

    def _longer(self, patched: Cell, maker: Maker, present: Maker) -> Trial:
        """Train one copy on: the untreated one is where it is when the cell stops."""
        if not maker.differs_from(present):
            refuse("what it changes does not show in a short training")
        arm = Arm(maker, self.deadline)
        arm.prepare()
        stops, goes_on = _planned_steps(arm, present), _planned_steps(arm, maker)
        if time.perf_counter() + goes_on * arm.step_seconds * LEAST_SEEDS > self.deadline:
            self._too_long(goes_on * arm.step_seconds * LEAST_SEEDS)
        arm.steps = goes_on
        arm.marks = tuple(sorted({*points(stops), *points(min(self.steps, stops))}))
        self.arms[patched.source] = arm
        place = arm.at.index(stops)
        labels = judged_rows(arm)
        by = yardstick_of(labels, arm)
        scores: list[list[Any]] = []
        for seed in range(MOST_SEEDS):
            if seed >= LEAST_SEEDS and self._is_out_of_time(arm, arm, seed):
                break
            scores.append(row_scores(by, labels, arm, arm.run(seed)))
            pairs = [(one[: place + 1], one) for one in scores]
            if comparison_of(pairs, of_one_training=True).is_plain():
                break
        trial = _told(pairs, by, arm, arm.at, of_one_training=True)
        return replace(trial, reason=trial.reason or f"the cell stops after {stops} steps")

    def _is_out_of_time(self, control: Arm, treated: Arm, seed: int) -> bool:
        arms = [one for one in (control, treated) if seed >= len(one.runs)]
        arms = arms[:1] if control is treated else arms
        each = sum(one.step_seconds * one.steps for one in arms)
        return bool(arms) and time.perf_counter() + each > self.deadline

    def _recomputed(self, patched: Cell) -> Trial:
        if self.raises or self.case.model is None:
            refuse("there are no predictions to compute it from")
        shop = self._shop()
        return recomputed(self.case.model, shop.maker(self.case.cell), shop.maker(patched))


def _told(
    pairs: list[tuple[list[Any], list[Any]]],
    by: Yardstick,
    treated: Arm,
    at: Sequence[int],
    *,
    of_one_training: bool = False,
) -> Trial:
    """What the scores of untreated and treated copies along their training prove."""
    of = comparison_of(pairs, of_one_training=of_one_training)
    word, why = outcome(of, by.constant)
    return Trial(
        outcome=word,
        reason=why,
        score=by.name,
        before=float(of.before.mean()),
        after=float(of.after.mean()),
        seeds=len(pairs),
        agreeing=of.agreeing,
        steps=treated.steps,
        rows=of.after.shape[1],
        held_out=treated.parts.held_out,
        at=tuple(at),
        as_it_is=curve([[one.mean() for one in before] for before, _ in pairs]),
        treated=curve([[one.mean() for one in after] for _, after in pairs]),
    )


def _refuse_placeholders(patched: Cell) -> None:
    if open_ones := placeholders(patched.source):
        names = " and ".join(f"`{name}`" for name in open_ones)
        refuse(f"{names} is for you to fill in; until then the cell stops there")


def _at(steps: Sequence[int], arm: Arm, scores: list[Any]) -> list[Any]:
    """The scores after these steps."""
    return [scores[arm.at.index(step)] for step in steps]


def _planned(arm: Arm) -> int:
    return _planned_steps(arm, arm.maker)


def _planned_steps(arm: Arm, maker: Maker) -> int:
    """Steps that the cell plans, with the epochs that `maker` is given."""
    given = arm.made.arguments
    rows = len(arm.parts.train)
    sample = arm.maker.shop.sample
    if sample is not None:
        share = float(given.get("validation_split") or 0.0)
        rows = max(rows, int(sample.total * (1.0 - share)))
    steps = given.get("steps_per_epoch") or -(-rows // arm.made.batch_size)
    return int(steps) * maker.epochs


def _structure(model: Any) -> list[Any]:
    layers = model._flatten_layers(include_self=False)  # noqa: SLF001
    return [
        type(model.optimizer).__name__,
        *(
            (type(layer).__name__, [tuple(weight.shape) for weight in layer.weights])
            for layer in layers
        ),
    ]


def _timed(trial: Trial, seconds: float) -> Trial:
    return replace(trial, seconds=seconds)
