"""What came of replacing parts of a program by ones that are known to work.

The parts are replaced and trained by `nbdoctor.experiment`, once the cell has ended and the fixes
were tried; here is only what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from nbdoctor.readings.missing import Missing
from nbdoctor.readings.reading import Moment, reading

PartName = Literal[
    "pipeline",
    "inputs",
    "order",
    "labels",
    "weights",
    "head",
    "loss",
    "trainable",
    "init",
    "regularisation",
    "normalisation",
    "activations",
    "masks",
    "layers",
    "architecture",
    "optimizer",
    "loop",
    "length",
]
"""What a program that trains is made of, as far as it can be replaced."""

LOOP: PartName = "loop"

GAP = 0.15
"""By how much a reference has to be better. Healthy programs lay at most 0.08 below their
reference, sick ones at least 0.17."""

CLOSES = 0.8
"""Share of the gap that a set of parts has to close. Sets with the part at fault closed at least
0.87, sets without it at most 0.17; one of two parts at fault alone up to 0.65."""

LONGER = 3
"""With the length replaced, so many times the steps are made."""

Outcome = Literal[
    "part", "together", "nothing wrong", "no signal", "unclear", "out of time", "not tried"
]
"""What a search ends with: one part or several are to blame; no reference is better; no reference
learns either; a reference is better, and no set of parts explains it; the time was over first; the
program cannot be copied."""


@dataclass(frozen=True, slots=True)
class PartRun:
    """One training of a copy with some parts replaced.

    Attributes
    ----------
    replaced : tuple of str
        Names of parts, sorted; () for the program as it is.
    seed : int
    score : float
        After the last step, on the scale of `readings.score`; 0 where training raised.
    curve : tuple of float
        Scores after a quarter, a half, three quarters and all of the steps; shorter where the run
        was stopped early.
    steps : int
        Steps that were made.
    seconds : float
    error : str
        What training raised, "" for nothing.
    """

    replaced: tuple[str, ...]
    seed: int
    score: float
    curve: tuple[float, ...]
    steps: int
    seconds: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class TriedPart:
    """A part that was replaced.

    Attributes
    ----------
    name : str
        As in `PartRun.replaced` ("optimizer").
    words : str
        What it is called in a sentence ("the optimizer and its learning rate").
    reference : str
        What was put in its place ("Adam with a rate of 0.001").
    line : int or None
        Where the cell writes it.
    own : str
        What the program has there ("SGD with a rate of 1e-6"), "" where no few words say it.
    """

    name: str
    words: str
    reference: str
    line: int | None = None
    own: str = ""

    @property
    def placed(self) -> str:
        """The words, and where it stands: "the loss (line 7)"."""
        return self.words if self.line is None else f"{self.words} (line {self.line})"


LabelForm = Literal["", "ids", "column", "one-hot", "bits", "numbers"]
"""How labels are written: a class number for each answer, the same with an axis of one behind it, a
column for each class, 0 and 1, numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What stood for last layer, loss, labels and optimizer, as a cell writes it.

    Attributes
    ----------
    rate : float or None
        Of Adam, None where the user's own optimizer took part.
    hidden : str
        Activation of the hidden layers, where these were replaced.
    longer : int
        So many times as many steps, where the length was replaced.
    loss : str
        Keras's canonical name ("binary_crossentropy"), "" where the user's own took part.
    from_logits : bool
        That loss is handed logits.
    units : int or None
        Outputs of the last layer, None where the user's own took part.
    activation : str
        Of that layer.
    flat : bool
        It was put behind all features of a row, whose places were not kept apart.
    labels : LabelForm
        The form of the labels, "" where the user's own took part.
    values : tuple of float
        Class values of the user's own labels in their order.
    """

    rate: float | None = None
    hidden: str = "relu"
    longer: int = LONGER
    loss: str = ""
    from_logits: bool = False
    units: int | None = None
    activation: str = ""
    flat: bool = False
    labels: LabelForm = ""
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class TriedParts:
    """What the search for the cause found.

    Attributes
    ----------
    outcome : Outcome
    blamed : tuple of str
        Names of the parts to blame; the smallest set found.
    control : float
        Score of the program as it is.
    reference : float
        Score with all parts replaced that were.
    reached : float
        Score with only the blamed parts replaced.
    without : mapping of str to float
        By blamed part: what the others reach without it.
    recorded : float or None
        Score of the model as the cell has trained it.
    ceiling : float or None
        Score of simple models on the same rows.
    parts : mapping of str to TriedPart
        All parts that were replaced in some run.
    compiled : Compiled
        What stood for the parts that are blamed, as a cell writes it.
    runs : tuple of PartRun
        In the order in which they were made.
    loop_stood_aside : bool
        The cell trains with a loop of its own, which took part in no run.
    rows : int
        Rows that judge.
    held_out : bool
        Whether they were held back from training.
    seconds : float
        All that it took.
    why : str
        Of "not tried": what stands in the way; else "".
    """

    outcome: Outcome
    blamed: tuple[str, ...] = ()
    control: float = 0.0
    reference: float = 0.0
    reached: float = 0.0
    without: Mapping[str, float] = field(default_factory=dict)
    recorded: float | None = None
    ceiling: float | None = None
    parts: Mapping[str, TriedPart] = field(default_factory=dict)
    compiled: Compiled = field(default_factory=Compiled)
    runs: tuple[PartRun, ...] = ()
    loop_stood_aside: bool = False
    rows: int = 0
    held_out: bool = True
    seconds: float = 0.0
    why: str = ""

    @property
    def explains(self) -> bool:
        """Whether parts were found that the gap comes from."""
        return self.outcome in {"part", "together"}

    @property
    def low(self) -> float:
        """What the program reaches as it is: the better of the cell's own training and a copy's."""
        return max(self.control, self.recorded or 0.0, 0.0)

    @property
    def aside(self) -> frozenset[str]:
        """Parts that are replaced in every run: what cannot be run again, as a loop of the cell."""
        sets = {frozenset(run.replaced) for run in self.runs}
        if len(sets) > 1:
            return frozenset.intersection(*sets)
        return frozenset({LOOP}) if self.loop_stood_aside else frozenset()

    def score_of(self, replaced: Iterable[str]) -> float | None:
        """Mean score over seeds with these parts replaced, beside those that always are."""
        wanted = frozenset(replaced) | self.aside
        scores = [run.score for run in self.runs if frozenset(run.replaced) == wanted]
        return sum(scores) / len(scores) if scores else None

    def closed(self, name: str) -> float | None:
        """Share of the gap to the reference that this part closes alone; None if never tried.

        Scores below 0 count as 0: there half of a cure would count for more than all of it.
        """
        score, gap = self.score_of({name}), self.reference - self.low
        return None if score is None or gap <= 0 else (max(score, 0.0) - self.low) / gap


@dataclass(frozen=True, slots=True)
class Experiment:
    """The search that is about to be made; whoever makes it knows the program and the time."""

    run: Callable[[], TriedParts]


@reading(
    "the experiment",
    when=Moment.PARTS_TRIED,
    missing=Missing(kind="too early", reason="no `fit` has ended"),
)
def read_tried_parts(experiment: Experiment) -> TriedParts:
    """Replace parts on copies until the program learns."""
    return experiment.run()
