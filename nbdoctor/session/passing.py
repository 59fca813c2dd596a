"""Batches that training draws from data that is not in memory, looked at as they pass."""

from __future__ import annotations

from typing import Any

from nbdoctor.capture.data import rows_of_batches
from nbdoctor.capture.sample import sample_of
from nbdoctor.look.look import GRADIENT_BATCHES, Look
from nbdoctor.look.training_mode import any_drops
from nbdoctor.readings.given import Batches
from nbdoctor.readings.gradients import Gradients
from nbdoctor.readings.reading import Moment
from nbdoctor.session.examination import Examination
from nbdoctor.session.kept import affordable
from nbdoctor.session.subject import Training

ROWS_SEEN = 1200
"""Rows that are looked at as they pass, of data that is not in memory."""


class PassingBatches:
    """The batches that have passed until now.

    Parameters
    ----------
    examination : Examination
    training : Training
        Its subject.
    """

    def __init__(self, examination: Examination, training: Training) -> None:
        self.examination, self.training = examination, training
        self.passed: list[Any] = []

    def begin(self, batch: Any) -> None:
        """Judge the rows of the first batch."""
        self.passed = [batch]
        self._read(self.passed)

    @property
    def are_wanted(self) -> bool:
        """Whether further batches are to be looked at as they pass."""
        return 0 < len(self.passed) < self.examination.context.options.batches

    def take(self, batch: Any) -> None:
        """Look at a further batch before its step."""
        progress, look = self.examination.progress, self.training.look
        late = self.examination.seconds_left <= 0
        with progress.working():
            self.passed.append(batch)
            progress.batches, progress.rows = len(self.passed), row_count(self.passed)
            if look is not None and late and len(look.gradients) < GRADIENT_BATCHES:
                self._leave_out(look)
            if look is not None and look.run is not None and not late:
                if len(look.gradients) < GRADIENT_BATCHES:
                    self._step_on(look, batch)
                else:
                    look.let_go_of_step()
            if progress.rows >= ROWS_SEEN or not self.are_wanted:
                self.end()

    def end(self) -> None:
        """Judge the rows that have passed, all together."""
        passed, self.passed = self.passed, []
        if len(passed) > 1:
            self._read(passed)
            self.examination.publish()

    def _step_on(self, look: Look, batch: Any) -> None:
        """One more step on copies, from the weights as they are when training comes to it."""
        examination = self.examination
        if not examination.readings.attempt("a further batch", lambda: look.take(batch)):
            return
        if look.is_pure and any_drops(look.model):  # outputs would take a pass of their own
            examination.take(Moment.FURTHER_BATCH)
        else:
            examination.take_with_passes(Moment.FURTHER_BATCH, look)

    def _leave_out(self, look: Look) -> None:
        """Note that there was no time for the gradients of this batch."""
        if not look.hurried:
            look.hurried = True
            self.examination.take(Moment.FURTHER_BATCH, only=[Gradients])

    def _read(self, batches: list[Any]) -> None:
        self.training.kept.batches = affordable(batches)
        self.training.rows = self.examination.readings.attempt(
            "reading the batches", lambda: rows_of_batches(self.training.model, batches, None)
        )
        self.training.sample = self.examination.readings.attempt(
            "rows to judge by", lambda: sample_of(self.training.rows, None)
        )
        self.examination.take(Moment.BATCHES, {Batches: Batches(batches)})


def row_count(batches: list[Any]) -> int:
    """Rows of all these batches."""
    import keras

    return sum(int(keras.tree.flatten(batch)[0].shape[0]) for batch in batches)
