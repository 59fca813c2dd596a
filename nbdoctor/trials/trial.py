"""Try one treatment after the other on copies of a model, within a time."""

from __future__ import annotations

import math
import time
from dataclasses import replace

from nbdoctor.cell.cell import Cell
from nbdoctor.errors.guard import let_through
from nbdoctor.errors.words import described
from nbdoctor.rules.treatment import Trial, placeholders
from nbdoctor.trials.budget import FEWEST_STEPS, LEAST_SEEDS, Budget
from nbdoctor.trials.comparison import MOST_SEEDS
from nbdoctor.trials.controls import Controls
from nbdoctor.trials.copying.case import Case, Judging, require_likeness
from nbdoctor.trials.copying.recipe import Recipe
from nbdoctor.trials.copying.rows import judging_rows
from nbdoctor.trials.copying.ways import WayOfCopying
from nbdoctor.trials.judging import Course, judged_alike
from nbdoctor.trials.outcomes import Pair, compared, comparison_of, trains_now
from nbdoctor.trials.refusal import (
    TooLongError,
    UnprovedError,
    UntriedError,
    cannot_run,
    refuse,
)
from nbdoctor.trials.reported import recomputed
from nbdoctor.trials.score import judged_rows, metric_of, row_scores
from nbdoctor.trials.training import STEPS, Arm, planned_steps, points


class Trials:
    """All trials of one model: the untreated copy is trained once for all of them.

    Parameters
    ----------
    case : Case
    deadline : float
        `time.perf_counter` by which the last one has to end.
    raises : bool
        Training the model as it is has raised.
    unproved : bool
        The user asks to run lines that are not proved to only compute.
    least : float
        Seconds that making two copies takes, as far as is known before the first is made.
    """

    def __init__(
        self,
        case: Case,
        deadline: float,
        *,
        raises: bool,
        unproved: bool = False,
        least: float = 0.0,
    ) -> None:
        self.case, self.raises, self.unproved, self.least = case, raises, unproved, least
        self.budget = Budget(deadline)
        self.copying = WayOfCopying(case, unproved)
        self.cell = case.cell
        self.control: Arm | None = None
        self.controls = Controls(self.budget)
        self.as_used: dict[str, str] = {}
        self.broken = ""
        self.steps = STEPS
        self.arms: dict[str, Arm] = {}
        self.is_origin = True
        self.insists, self.insists_until = False, math.inf

    def after(self, arm: Arm, patched: Cell) -> Trials:
        """Return trials of what is done to the treated copy, compared with that."""
        further = Trials(self.case, self.budget.deadline, raises=False, unproved=self.unproved)
        further.copying = replace(self.copying, refused=None)
        further.cell, further.arms = patched, self.arms
        further.is_origin = False
        if arm.steps >= FEWEST_STEPS and not self.raises:  # else it was only seen to be trained
            further.control, further.steps = arm, arm.steps
        return further

    def arm(self, patched: Cell) -> Arm | None:
        """Return the copies that were trained after a patched cell."""
        return self.arms.get(patched.source)

    def of(self, patched: Cell, *, trains: bool, as_used: str = "") -> Trial:
        """Try the patched cell.

        Parameters
        ----------
        patched : Cell
        trains : bool
            Whether the treatment changes more than what is reported.
        as_used : str
            See `Treatment`.
        """
        started = time.perf_counter()
        self.as_used.setdefault(patched.source, as_used)
        try:
            _refuse_placeholders(patched)
            trial = self._trained(patched) if trains else self._recomputed(patched)
        except UntriedError as reason:
            trial = self._untried(reason)
        except RecursionError:
            trial = self._untried(UntriedError("the code to run again is nested too deeply"))
        except Exception as error:  # noqa: BLE001  (the copy's fault is the treatment's, not ours)
            let_through(error)
            trial = self._untried(cannot_run("the cell with this fix", error))
        return self._described(trial, time.perf_counter() - started)

    def more_of(self, patched: Cell, *, trains: bool) -> Trial:
        """Go on with a trial that is undecided, for as many seeds as there is time for."""
        self.insists = True
        try:
            return self.of(patched, trains=trains)
        finally:
            self.insists = False

    def _untried(self, reason: UntriedError) -> Trial:
        """Say why it was not tried; and the lines that would have to run, where that is all."""
        if not isinstance(reason, UnprovedError):
            return Trial(reason=str(reason), skipped=reason.skipped)
        case = self.case
        stands = str(reason)
        if reason.line and not reason.of:
            stands = f"{case.told(reason.line, reason.line)} {reason.does}"
        return Trial(
            reason=stands,
            skipped=reason.skipped,
            runs_lines=case.told(*reason.runs) if reason.runs is not None else "",
        )

    def _described(self, trial: Trial, seconds: float) -> Trial:
        """Add what is true of all copies."""
        return replace(
            trial,
            seconds=seconds,
            by_objects=self.copying.by_objects and trial.outcome is not None,
            anew=trial.steps > 0 and self.copying.starts_anew,
        )

    def _trained(self, patched: Cell) -> Trial:
        recipe, present = self.copying.recipe(patched), self.copying.recipe(self.cell)
        if recipe.differs_from(present) <= {"epochs"} and not self.raises:
            return self._longer(patched, recipe, present)
        self._prepare_control()
        if self.copying.by_objects and not recipe.by_objects:
            recipe = self.copying.recipe(patched)
        treated = self.arms.get(patched.source)
        if treated is None:
            self.budget.require(self.control.seconds if self.control is not None else 0.0)
            marks = self.control.marks if self.control is not None else ()
            treated = Arm(recipe, self.budget.deadline, steps=self.steps, marks=marks)
            treated.prepare()
            self.arms[patched.source] = treated
        if self.control is None:
            return self._trains_now(treated)
        return self._compared(patched, self.control, treated)

    def _prepare_control(self) -> None:
        """Make the untreated copy, or find that it cannot be trained either."""
        if self.control is not None or self.broken:
            return
        self.budget.require(self.least)
        try:
            control = self._made_control()
            self.steps = control.steps = self.budget.steps(control, planned_steps(control))
            if (stops := planned_steps(control)) < self.steps:
                control.marks = tuple(sorted({*points(self.steps), stops}))
        except UntriedError as refusal:
            self.copying.refused = refusal
            raise
        except Exception as error:
            let_through(error)
            if not self.raises:
                reason = cannot_run("the copy without the fix", error)
                self.copying.refused = reason
                raise reason from error
            self.broken = described(error)
            return
        self.control = control

    def _made_control(self) -> Arm:
        """Make the untreated copy; of the live model, where its lines make another one now."""
        copier = self.copying.copier()
        by_lines = not (copier.by_objects or self.unproved or self.raises) and self.is_origin
        try:
            control = Arm(copier.recipe(self.cell), self.budget.deadline)
            control.prepare()
            if self.is_origin:
                require_likeness(control.copy.model, self.case.model)
        except Exception as error:
            let_through(error)
            if not by_lines or self.case.fitted is None:
                raise
            if not isinstance(error, UntriedError):
                error = cannot_run("the copy without the fix", error)
            copier = self.copying.copy_live_model(error)
            self.arms.clear()
            control = Arm(copier.recipe(self.cell), self.budget.deadline)
            control.prepare()
        return control

    def _trains_now(self, treated: Arm) -> Trial:
        """See whether the treated copy is trained where the untreated one raises."""
        if not treated.runs:
            treated.steps = self.budget.steps_for_proof(treated)
        treated.run(0)
        is_time = treated.step_seconds * treated.steps < self.budget.left
        return trains_now(treated, seeds=2 if is_time else 1)

    def _compared(self, patched: Cell, control: Arm, treated: Arm) -> Trial:
        if treated.by_validation:
            control = self.controls.by_validation(control)
        judged = judged_alike(control, treated, self._rows_as_used(patched, treated))
        if judged.others is not None:
            control = self.controls.by_rows_of(control, judged.others)
        control, end = self.controls.to_the_end(control, treated)
        shared = [step for step in control.at if step <= end and step in treated.at]
        at = (*shared, *(step for step in treated.at if step > end))
        course = Course(judged, control, treated, shared, at)
        for seed in range(MOST_SEEDS):
            if seed >= 1 and not self._runs(seed, control, treated):
                break
            course.go_on(seed)
            if comparison_of(course.pairs, treated).is_decided():
                break
        if len(course.pairs) < LEAST_SEEDS:
            raise TooLongError(treated.seconds, self.budget.left)
        return course.told(compared(course.pairs, judged.by, treated, at))

    def _rows_as_used(self, patched: Cell, treated: Arm) -> Judging | None:
        """Return the rows as they are where the model is used, if the treatment says how."""
        source = self.as_used.get(patched.source)
        if not source:
            return None
        recipe = self.copying.recipe(Cell(source))
        validation = recipe.given_validation() if treated.by_validation else None
        return judging_rows(recipe.make(), validation)

    def _longer(self, patched: Cell, recipe: Recipe, present: Recipe) -> Trial:
        """Train one copy on: the untreated one is where it is when the cell stops."""
        if not recipe.differs_from(present):
            refuse("its effect does not show in a short training")
        arm, stops = self._trained_on(patched, recipe, present)
        place = arm.at.index(stops)
        labels = judged_rows(arm)
        by = metric_of(labels, arm)
        pairs: list[Pair] = []
        for seed in range(MOST_SEEDS):
            if seed >= LEAST_SEEDS and not self._runs(seed, arm):
                break
            scores = row_scores(by, labels, arm, arm.run(seed).predictions)
            pairs.append((scores[: place + 1], scores))
            if comparison_of(pairs, arm, of_one_training=True).is_decided():
                break
        trial = compared(pairs, by, arm, arm.at, of_one_training=True)
        return replace(trial, reason=trial.reason or f"the cell stops after {stops} steps")

    def _trained_on(self, patched: Cell, recipe: Recipe, present: Recipe) -> tuple[Arm, int]:
        """Return a copy that goes on after the step where the cell stops, and that step."""
        arm = self.arms.get(patched.source)
        if arm is not None and arm.runs:
            stops = planned_steps(arm, present)
            if stops in arm.at and arm.steps == planned_steps(arm, recipe):
                return arm, stops
        arm = Arm(recipe, self.budget.deadline)
        arm.prepare()
        stops, goes_on = planned_steps(arm, present), planned_steps(arm, recipe)
        self.budget.require(goes_on * arm.step_seconds * LEAST_SEEDS)
        arm.steps = goes_on
        arm.marks = tuple(sorted({*points(stops), *points(min(self.steps, stops))}))
        self.arms[patched.source] = arm
        return arm, stops

    def _runs(self, seed: int, *arms: Arm) -> bool:
        """Train these copies from this seed, too, where there is time for that."""
        insists = self.insists and time.perf_counter() < self.insists_until
        if self.budget.ends_before(seed, *arms, insists=insists):
            return False
        try:
            for arm in arms:
                arm.run(seed)
        except UntriedError:
            if seed < LEAST_SEEDS:
                raise
            return False  # the seeds before it hold
        return True

    def _recomputed(self, patched: Cell) -> Trial:
        if self.raises or self.case.model is None:
            refuse("there are no predictions to compute the metric from")
        plain, after = self.copying.recipe(self.case.cell), self.copying.recipe(patched)
        return recomputed(self.case.model, plain, after)


def _refuse_placeholders(patched: Cell) -> None:
    if open_ones := placeholders(patched.source):
        names = " and ".join(f"`{name}`" for name in open_ones)
        refuse(f"replace {names} with your value first; the cell stops there until you do")
