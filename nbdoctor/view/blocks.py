"""What a document is made of: plain data that every renderer draws its own way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from nbdoctor.rules.rule import Elsewhere, Severity
from nbdoctor.rules.treatment import Effect

Row = tuple[str, ...]

NUMBERS = "Numbers"
"""What stands on the fold of a table under the chart of the same numbers."""

DID_NOT_HELP = ("no effect", "worse")
"""Outcomes of trials that are told, while the patch is not offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph; backticks mark code.

    Attributes
    ----------
    text : str
    anchor : str
        Its id, "" where nothing leads to it.
    """

    text: str
    anchor: str = ""
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Muted:
    """A paragraph of lesser weight; backticks mark code.

    A placeholder stands for what comes later, and is left out of what never shows that.
    """

    text: str
    kind: Literal["muted", "placeholder"] = "muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list of sentences; backticks mark code."""

    items: tuple[str, ...]
    kind: Literal["list"] = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Words that lead to another place of the report; words alone where it is not shown.

    Attributes
    ----------
    text : str
        Backticks mark code.
    anchor : str
        The id of that place.
    layer : str
        The layer whose histograms are there, which a live view draws when it is asked; "" of
        other places.
    """

    text: str
    anchor: str
    layer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose first column names its rows.

    Attributes
    ----------
    caption : str
    header : tuple of str
    rows : tuple of tuple of str
        As many cells as `header` has.
    folded : bool
        Shown only when asked for.
    fold_title : str
        What is asked for; the caption where it is "".
    titled : bool
        Its caption is seen, else it is only read aloud.
    anchors : tuple of str
        The id of each row, for what leads to it; empty where nothing does.
    leads : tuple of tuple of Lead
        What each row leads to, in its second column, under `leads_title`; empty without any.
    leads_title : str
    """

    caption: str
    header: Row
    rows: tuple[Row, ...]
    folded: bool = False
    fold_title: str = ""
    titled: bool = True
    anchors: tuple[str, ...] = ()
    leads: tuple[tuple[Lead, ...], ...] = ()
    leads_title: str = ""
    kind: Literal["table"] = "table"

    def in_words(self) -> Table:
        """The same with what its rows lead to as words, for views that can only be read.

        Histograms are nothing that words lead to.
        """
        words = [", ".join(one.text for one in row if not one.layer) for row in self.leads]
        if not any(words):
            return replace(self, leads=(), leads_title="")
        rows = tuple((row[0], said, *row[1:]) for row, said in zip(self.rows, words, strict=True))
        header = (self.header[0], self.leads_title, *self.header[1:])
        return replace(self, header=header, rows=rows, leads=(), leads_title="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture.

    Attributes
    ----------
    name : str
        Unique in a report ("gradients", "inputs/x").
    title, description : str
        For those who do not see it.
    svg : str
        Its ink is `currentColor` and its background transparent.
    """

    name: str
    title: str
    description: str
    svg: str
    kind: Literal["chart"] = "chart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """What unfolds under its title.

    Attributes
    ----------
    title : str
        Backticks mark code.
    blocks : tuple of Block
    is_open : bool
        Shown unfolded at first.
    anchor : str
        Its id, "" where nothing leads to it.
    """

    title: str
    blocks: tuple[Block, ...]
    is_open: bool = False
    anchor: str = ""
    kind: Literal["fold"] = "fold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cure:
    """A treatment in words.

    Attributes
    ----------
    title, text, effect, diff : str
        As in `Treatment`.
    patched : str or None
        The whole cell after it, None where nothing can be patched.
    effect_word : str
        What it changes.
    outcome : str
        "helps", "no effect", "worse" or "undecided"; "" where it was not tried.
    trial : str
        What came of trying it, or why it was not tried; "" where it cannot be.
    chart : Chart or None
        The score of both copies along the training.
    """

    title: str
    text: str
    effect: Effect
    effect_word: str
    diff: str
    patched: str | None = None
    outcome: str = ""
    trial: str = ""
    chart: Chart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A finding with its consequences.

    Attributes
    ----------
    severity, severity_word : str
        For the colour, and for those who do not see it.
    evidence : str
        How sure it is, in words; "" where nothing is to be said.
    rule, title, says : str
        As in `Diagnosis`.
    line : int or None
        Of the cell.
    elsewhere : Elsewhere or None
        A line of an earlier cell, where this one has none.
    marks : tuple of int
        Lines of the cell that get a mark: its own, else that of `fit` where it is an alarm.
    measures : tuple of (name, measured, expected)
        "" where a side is not known.
    treatments : tuple of Cure
    consequences : tuple of Card
        Findings that this one explains.
    page : str
        The rule's manual page, "" when the rule is not known here.
    number : int
        Its place in `Report.findings`; its treatments stand there in the same order.
    fits : str
        Where one report tells of several fits: those that it was found in ("fits 1 to 3").
    anchor : str
        Its id.
    leads : tuple of Lead
        To the layers that it is about.
    see : tuple of Lead
        To the tab that tells more of it, as a sentence without a full stop.
    """

    severity: Severity
    severity_word: str
    evidence: str
    rule: str
    title: str
    says: str
    line: int | None
    measures: tuple[tuple[str, str, str], ...]
    treatments: tuple[Cure, ...]
    consequences: tuple[Card, ...]
    page: str
    number: int
    fits: str = ""
    elsewhere: Elsewhere | None = None
    marks: tuple[int, ...] = ()
    anchor: str = ""
    leads: tuple[Lead, ...] = ()
    see: tuple[Lead, ...] = ()
    kind: Literal["finding"] = "finding"

    @property
    def words(self) -> str:
        """What it says, for views that nothing can be clicked in."""
        return " ".join((self.says, *(f"{one.text}." for one in self.see)))

    @property
    def place(self) -> str:
        """Where it is, in words: "line 4", "line 2 of cell [3]", "" where that is not known."""
        if self.line is not None:
            return f"line {self.line}"
        there = self.elsewhere
        return "" if there is None else f"line {there.line} of cell [{there.number}]"


Block = Text | Muted | Items | Table | Chart | Fold | Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A tab; `count` stands beside its title."""

    title: str
    count: int | None
    blocks: tuple[Block, ...]
