"""Find the cause by experiment: the whole on one page.

First what the model has reached, against what could be reached; then a look at a copy, to see which
parts are not what would be put in their place anyway; then the search, on copies.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from nbdoctor.experiment.anatomy import Anatomy
from nbdoctor.experiment.arms import Arms
from nbdoctor.experiment.as_compiled import as_compiled
from nbdoctor.experiment.networks import Copies
from nbdoctor.experiment.objective import LossForm, head_for, loss_form
from nbdoctor.experiment.own_objective import OwnObjective
from nbdoctor.experiment.parts import ARCHITECTURE, LOOP
from nbdoctor.experiment.present import Looked, kinds_in, present_parts
from nbdoctor.experiment.program import ExperimentProgram
from nbdoctor.experiment.references import USUAL_RATE, References
from nbdoctor.experiment.rows import TrainedRows
from nbdoctor.experiment.search import Known, Verdict, searched
from nbdoctor.experiment.told import tried_parts
from nbdoctor.readings.attained import CHANCE, CLOSE, PAID
from nbdoctor.readings.ceiling import ceiling_of
from nbdoctor.readings.score import judged_rows
from nbdoctor.readings.tried_parts import GAP, Outcome, TriedParts
from nbdoctor.trials.copying.objects.parts import fresh
from nbdoctor.trials.isolation import isolated
from nbdoctor.trials.refusal import UntriedError, refuse

Tell = Callable[[TriedParts], None]

LEARNS_AS_IT_IS = "a copy with first weights of its own, trained without callbacks, learns as it is"

KNOWN_ROWS = 0.3
"""Gap that counts on rows that trained: a network that is only larger knows them better."""


def find_cause(
    program: ExperimentProgram, deadline: float, tell: Tell = lambda _: None
) -> TriedParts:
    """Replace parts of a training by ones that are known to work, until it learns.

    Nothing of the user's is trained or changed, and nothing is left of what was done.

    Parameters
    ----------
    program : ExperimentProgram
    deadline : float
        `time.perf_counter` by which all has to be over.
    tell : callable
        Called after each training with what is known by then; its outcome is "out of time".

    Returns
    -------
    TriedParts
    """
    began = time.perf_counter()
    model = None if program.fitted is None else program.fitted.model  # kept until all is over
    recorded = program.recorded
    if recorded is not None and recorded.score >= 1 - gap_of(program):
        return TriedParts(
            outcome="nothing wrong",
            control=recorded.score,
            recorded=recorded.score,
            ceiling=recorded.ceiling,
            rows=recorded.rows,
            held_out=recorded.held_out,
            seconds=time.perf_counter() - began,
        )
    with isolated():
        try:
            found = Experiment(program, deadline, tell, began).found()
        except UntriedError as why:
            seconds = time.perf_counter() - began
            return TriedParts(outcome="not tried", why=str(why), seconds=seconds)
    del model
    return found


def gap_of(program: ExperimentProgram) -> float:
    """By how much a reference has to be better on the rows that judge."""
    rows = program.rows
    least = PAID if rows.tasks[0].kind == "rebuilding" else GAP
    if not rows.held_out:
        return max(least, KNOWN_ROWS)
    counted = min(judged_rows(task.of(rows.judge)) for task in rows.tasks)
    return max(least, CHANCE / math.sqrt(max(counted, 1.0)))


@dataclass
class Experiment:
    """One search for the cause, with all that it was made of."""

    program: ExperimentProgram
    deadline: float
    tell: Tell
    began: float

    def found(self) -> TriedParts:
        """Look, search, and say what came of it.

        Raises
        ------
        UntriedError
            Neither the program nor a reference can be run.
        """
        arms, always = self._prepared()
        verdict = self._searched(arms, always)
        failed = next((run.error for run in arms.runs if not run.replaced and run.error), "")
        if failed and not self.program.raised:  # training raised nothing: it is the copy's fault
            self.program = replace(self.program, fitted=None, uncopied=f"a copy raises {failed}")
            arms, always = self._prepared()
            verdict = self._searched(arms, always)
        return self._told(arms, verdict)

    # ---- before -------------------------------------------------------------------------

    def _prepared(self) -> tuple[Arms, frozenset[str]]:
        """Look at a copy, and tell which parts cannot be run as they are."""
        program, copies = self.program, Copies(self.program)
        always = {LOOP} if program.loop else set()
        model, anatomy = self._copy(copies)
        if model is None:
            always.add(ARCHITECTURE)
            if program.recorded is None:
                refuse(self.program.uncopied)
        own = self._own_loss(copies, anatomy)
        if own is None and not (program.loop and program.loss is None):
            always.add("loss")
        optimizer = self._optimizer()
        if optimizer is None and program.optimizer is not None:
            always.add("optimizer")
        looked = Looked(
            model=model,
            anatomy=anatomy,
            losses=self._losses(),
            kinds=kinds_in(program),
            optimizer=optimizer,
        )
        self.gap, self.ceiling = gap_of(program), self._ceiling()
        arms = Arms(
            references=References(
                program=self.program,
                looked=looked,
                own=own,
                make_optimizer=self._optimizer,
                earlier=self._earlier(),
            ),
            copies=copies,
            deadline=self.deadline,
        )
        arms.told = lambda: self.tell(self._now(arms))
        return arms, frozenset(always)

    def _copy(self, copies: Copies) -> tuple[Any, Anatomy | None]:
        try:
            model = copies.fresh(0)
            return model, copies.anatomy(model)
        except UntriedError as why:
            self.program = copies.program = replace(self.program, fitted=None, uncopied=str(why))
            return None, None

    def _own_loss(self, copies: Copies, anatomy: Anatomy | None) -> OwnObjective | None:
        """The user's loss; None where it is not known, or may do more than compute."""
        import keras

        program = self.program
        is_hidden = program.loop and program.loss is None
        if is_hidden or (anatomy is None and len(program.rows.tasks) > 1):
            return None
        try:
            if anatomy is None:
                return OwnObjective(program, keras.Sequential(), 0)
            return OwnObjective(program, copies.fresh(0), anatomy.structure)
        except UntriedError:
            return None

    def _optimizer(self) -> Any:
        """A new optimizer like the user's; None where it cannot be made."""
        import keras

        program = self.program
        if program.optimizer is None:
            return None
        try:
            made = fresh(program.optimizer, program.optimizer_config or None)
        except UntriedError:
            return None
        return keras.optimizers.get(made)

    def _losses(self) -> tuple[LossForm | None, ...]:
        """What is known of the loss of each output."""
        import keras

        loss, count = self.program.loss, len(self.program.rows.tasks)
        many = keras.tree.flatten(loss) if isinstance(loss, (dict, list, tuple)) else [loss] * count
        return tuple(loss_form(one) for one in (many * count)[:count])

    def _ceiling(self) -> float | None:
        recorded = self.program.recorded
        if recorded is not None:
            return recorded.ceiling
        return self._ceiling_of(self.program.rows)

    def _ceiling_of(self, rows: TrainedRows) -> float | None:
        if len(rows.tasks) > 1:
            return None
        task, ids = rows.tasks[0], self.program.embeds
        found = ceiling_of(rows.inputs, task, rows.train, rows.judge, ids=ids)
        return None if found is None else found.value

    def _earlier(self) -> TrainedRows | None:
        """The earlier pair of arrays in which simple models see clearly more, if there is one."""
        if not self.program.earlier:
            return None
        least = (self._ceiling_of(self.program.rows) or 0.0) + CLOSE
        seen = [(self._ceiling_of(rows) or 0.0, rows) for rows in self.program.earlier]
        best, rows = max(seen, key=lambda one: one[0])
        return rows if best >= least else None

    # ---- search and what came of it ----------------------------------------------------

    def _searched(self, arms: Arms, always: frozenset[str]) -> Verdict:
        recorded = self.program.recorded
        present = present_parts(self.program, arms.references.looked) | always
        if arms.references.earlier is not None:
            present |= {"pipeline"}
        known = Known(
            present=present,
            always=always,
            recorded=None if recorded is None else recorded.score,
            ceiling=self.ceiling,
            gap=self.gap,
            unjudged=arms.unjudged,
            lengthen=arms.be_patient,
        )
        return searched(arms.train, known)

    def _told(self, arms: Arms, verdict: Verdict) -> TriedParts:
        outcome, why = self._outcome(arms, verdict)
        return replace(
            self._now(arms),
            outcome=outcome,
            blamed=verdict.blamed,
            control=verdict.control,
            reference=verdict.reference,
            reached=verdict.reached,
            without=verdict.without,
            compiled=as_compiled(arms.references, frozenset(verdict.blamed), arms.long),
            loop_stood_aside=self.program.loop and LOOP not in verdict.blamed,
            why=why,
        )

    def _outcome(self, arms: Arms, verdict: Verdict) -> tuple[Outcome, str]:
        """The outcome, and why it is not a clearer one."""
        if verdict.outcome in {"nothing wrong", "no signal"}:
            if arms.was_cut:
                return "out of time", ""
            recorded = self.program.recorded
            low = max(0.0, recorded.score) if recorded is not None else verdict.control
            if verdict.trained is not None and verdict.trained - low >= self.gap:
                return "unclear", LEARNS_AS_IT_IS
        if verdict.outcome == "unclear":
            return "unclear", self.program.uncopied
        return verdict.outcome, ""

    def _now(self, arms: Arms) -> TriedParts:
        """What is known by now."""
        program, recorded = self.program, self.program.recorded
        looked, earlier = arms.references.looked, arms.references.earlier
        names = {name for run in arms.runs for name in run.replaced}
        heads = [head_for(task, None, own_labels=False) for task in program.rows.tasks]
        return TriedParts(
            outcome="out of time",
            recorded=None if recorded is None else recorded.score,
            ceiling=self.ceiling,
            parts=tried_parts(
                names,
                program.rows,
                looked.kinds,
                heads,
                steps=max((run.steps for run in arms.runs), default=0),
                earlier=earlier.words if earlier is not None else "",
                rate=looked.times * USUAL_RATE,
                activation=looked.hidden_activation,
            ),
            runs=tuple(arms.runs),
            loop_stood_aside=program.loop,
            rows=len(program.rows.judge),
            held_out=program.rows.held_out,
            seconds=time.perf_counter() - self.began,
        )
