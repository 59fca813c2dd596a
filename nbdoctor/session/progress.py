"""How far an examination is, and what its reader should know of that."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from nbdoctor.report import Checksum, Stage, Timing


@dataclass(kw_only=True)
class Progress:
    """What a report says of how it came about.

    Attributes
    ----------
    stage : str
        As in `Report`.
    obstacle : str
        What stands in the way of any judgement, as the headline; "" as a rule.
    stopped : str
        What ended the training, as the headline where nothing is found; "" as a rule.
    notes : list of str
    checksum, timing
        As in `Report`.
    batches, rows : int
        That were looked at.
    began : float
        By `time.perf_counter`.
    spent : float
        Seconds that the examination took from the user.
    traced : float
        Seconds in which the step was traced that training goes on with: its own, and not of
        `spent`.
    trained : float
        Seconds that the training took by itself.
    cell_ended : float or None
        When the cell has ended, by `time.perf_counter`, as long as nothing is asked for by hand.
    is_looking : bool
        Training waits for a look.
    """

    stage: Stage = "looking"
    obstacle: str = ""
    stopped: str = ""
    notes: list[str] = field(default_factory=list)
    checksum: Checksum = field(default_factory=Checksum)
    timing: Timing = field(default_factory=Timing)
    batches: int = 0
    rows: int = 0
    began: float = field(default_factory=time.perf_counter)
    spent: float = 0.0
    traced: float = 0.0
    trained: float = 0.0
    cell_ended: float | None = None
    is_looking: bool = False

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count the seconds of the block, unless it is broken off."""
        began = time.perf_counter()
        yield
        self.spent += time.perf_counter() - began

    @contextmanager
    def looking(self) -> Iterator[None]:
        """The same for a look that training waits for; one that is broken off stays unfinished."""
        self.is_looking = True
        with self.working():
            yield
        self.is_looking = False

    def training_ended(self) -> None:
        """Training is over: what passed until now and was not ours was its own."""
        if not self.trained:
            self.trained = max(0.0, time.perf_counter() - self.began - self.spent)

    def first_finding(self) -> None:
        """The first judgement was shown."""
        self.timing = replace(self.timing, first_finding=self.spent)

    def looked(self) -> None:
        """The look is complete."""
        self.timing = replace(self.timing, look=self.spent + self.traced)

    def proved_fix(self) -> None:
        """A fix has helped: note the first time."""
        if self.timing.first_fix is None and self.cell_ended is not None:
            seconds = time.perf_counter() - self.cell_ended
            self.timing = replace(self.timing, first_fix=seconds)

    def ended(self, budget: float) -> None:
        """Nothing else is measured for now; what was not asked for by hand had so many seconds."""
        allowed = budget if self.cell_ended is not None else None
        self.timing = replace(self.timing, total=self.spent, budget=allowed, left=None)

    def goes_on(self, ends: float) -> None:
        """What is done on copies has to end by then (by `time.perf_counter`)."""
        self.timing = replace(self.timing, left=max(0.0, ends - time.perf_counter()))
