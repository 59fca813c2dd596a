"""The first step of a `fit`: traced when training traces it, made on copies, or watched."""

from __future__ import annotations

import contextlib
import time

from nbdoctor.backend.engine import RefusedError
from nbdoctor.capture.calls import Trace
from nbdoctor.capture.loop_rows import LoopRows
from nbdoctor.errors.exceptions import type_name
from nbdoctor.errors.guard import let_through
from nbdoctor.look.building import UnbuiltPartsError, can_be_named, make_variables
from nbdoctor.look.look import Look
from nbdoctor.look.memory import TooLittleMemoryError
from nbdoctor.look.quiet import quiet
from nbdoctor.look.restored import names_counted_twice, restored_on_error
from nbdoctor.look.step_trace import tracing
from nbdoctor.look.train_step import NOT_SHOWN, is_same_in_training
from nbdoctor.readings.gradients import Gradients
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import not_measured
from nbdoctor.readings.reading import Moment
from nbdoctor.report import Checksum
from nbdoctor.session.examination import OF_THE_STEPS, Examination
from nbdoctor.session.subject import Training

IN_TRAINING_MODE = (
    "The model contains code of your own, which is not run a second time. So predictions are "
    "those of the training step, with dropout and the like active."
)


class FirstStep:
    """What is known of the first step.

    Parameters
    ----------
    examination : Examination
    training : Training
        Its subject.
    """

    def __init__(self, examination: Examination, training: Training) -> None:
        self.examination, self.training = examination, training
        self.began_tracing = examination.progress.began

    def trace(self, trace: Trace) -> None:
        """Have the step traced, and note what it consists of.

        What code of the user's raises meanwhile stays in `trace`: it has run, and training ends
        with it. A model of Keras's own parts is given back as it was, and traced again.
        """
        progress, model = self.examination.progress, self.training.model
        began = self.began_tracing = time.perf_counter()
        traced = progress.traced
        progress.is_looking = True
        makes_variables = self.training.is_pure and trace.spec is not None and can_be_named(model)
        try:
            if not makes_variables:
                self._note_trace(trace)
                return
            with restored_on_error([model]):
                # Saves a trace, which would have warned, and have numbered what it makes.
                saves = make_variables(model, trace.spec)
                with names_counted_twice() if saves else contextlib.nullcontext():
                    self._note_trace(trace)
        except Exception as error:
            let_through(error)
            if makes_variables:
                trace.error, trace.fails = None, True  # only `fit` itself can say what is wrong
            elif error is not trace.error:
                raise
        finally:
            progress.spent += time.perf_counter() - began - (progress.traced - traced)
            progress.is_looking = False

    def _note_trace(self, trace: Trace) -> None:
        """Trace the step; where training goes on with that, the time is its own."""
        began = time.perf_counter()
        with tracing(self.training.model) as noted:
            trace()
        self.training.traced = noted if noted.symbols else None
        self.examination.progress.traced += time.perf_counter() - began

    def make(self, look: Look) -> None:
        """Make it on copies, where that can be done, and read what it tells."""
        examination, progress = self.examination, self.examination.progress
        examination.take(Moment.BEFORE_STEP)
        if self._rehearse(look):
            self._read(look)
            self._read_what_was_built()
            if not (look.is_pure or is_same_in_training(look.model)):
                progress.notes.append(IN_TRAINING_MODE)
            examination.publish()
            self._read_further_steps(look)
        elif look.error is None:
            self.note_not_made(look.refused)
            if not look.is_pure:
                self.training.call.rows.append(LoopRows())
        if look.before:
            examination.readings.attempt("the checksum", look.close)
        if look.memory.remark:
            progress.notes.append(look.memory.remark)
        # Other rows, or other random numbers (XLA has its own): no receipt.
        is_comparable = look.memory.is_whole and not self.training.model.jit_compile
        loss = look.first.loss if is_comparable else None
        progress.checksum = Checksum(before=look.before, after=look.after, rehearsed_loss=loss)

    def _rehearse(self, look: Look) -> bool:
        """Make the step on copies; False where that can't be done, or where it raises."""
        try:
            with quiet():
                look.rehearse()
        except (TooLittleMemoryError, UnbuiltPartsError, RefusedError) as error:
            why = look.refused = str(error)
        except Exception as error:  # noqa: BLE001  (the user's model: training will say it)
            let_through(error)
            look.error = error
            why = f"the first step raises {type_name(error)}"
            if look.memory.empty:
                why = "memory ran out while the first step was tried on copies"
        else:
            return True
        self.is_unknown(why)
        return False

    def _read(self, look: Look) -> None:
        readings = self.examination.readings
        self.examination.take_with_passes(Moment.FIRST_STEP, look)
        readings.lack(readings.waiting(Moment.FIRST_STEP), not_measured(NOT_SHOWN))

    def _read_what_was_built(self) -> None:
        layers = self.examination.readings.get(Layers)
        if layers is None or not layers.built:
            self.examination.take(Moment.BUILT)

    def _read_further_steps(self, look: Look) -> None:
        """What every layer puts out, gradients of further batches, and what the steps did."""
        gradients = self.examination.readings.get(Gradients)
        flow = gradients.first_to_last[0] if gradients and gradients.first_to_last else None
        # Further steps give the activations of further rows, too.
        self.examination.readings.attempt("further batches", lambda: look.go_on(flow))
        self.examination.take_with_passes(Moment.FURTHER_STEPS, look)

    def read_watched(self, look: Look, logs: object) -> None:
        """What the first real step has shown: it was not made a second time."""
        examination = self.examination
        with examination.progress.working():
            look.watched(logs)
            examination.take(Moment.BEFORE_STEP)
            if look.shows_gradients:
                self._read(look)
                examination.take_with_passes(Moment.FURTHER_STEPS, look)
            else:
                examination.take(Moment.STEP_FROM_OUTSIDE)
            look.let_go()
        examination.publish()

    def is_unknown(self, why: str) -> None:
        """Say why nothing is known of the step."""
        readings = self.examination.readings
        readings.lack(readings.waiting(OF_THE_STEPS), not_measured(why))

    def note_not_made(self, why: str) -> None:
        """Tell the reader that the step was not made on copies."""
        self.examination.progress.notes.append(
            f"The first step was not tried on copies before training: {why}."
        )
