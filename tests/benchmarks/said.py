"""A notebook cell to run, and what was said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CASES = Path(__file__).parents[1] / "cases"
"""Where `surrogates` lies, which cells import."""

MARK = "outcome: "
"""Begins the line that a process writes after each cell."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell to run.

    Attributes
    ----------
    name, source : str
        Its name and its text.
    score : str
        Expression over the cell's names and `scores.NAMES`, computed after it; "" for none.
    magic : bool
        Whether it runs under `%%diagnose`.
    options : str
        More words behind the magic.
    seed : int
        Of every generator, before the cell.
    folders : tuple of str
        From which it may import.
    """

    name: str
    source: str
    score: str = ""
    magic: bool = True
    options: str = "--no-trials"
    seed: int = 0
    folders: tuple[str, ...] = (str(CASES),)


@dataclass(frozen=True, kw_only=True)
class Searched:
    """What an experiment ended with; see `TriedParts`.

    Attributes
    ----------
    outcome, why : str
    blamed : tuple of str
    control, reference, reached : float
    seconds : float
    runs : tuple of str
        Each training: what was replaced, the seed, and what it reached.
    """

    outcome: str = ""
    blamed: tuple[str, ...] = ()
    control: float = 0.0
    reference: float = 0.0
    reached: float = 0.0
    seconds: float = 0.0
    why: str = ""
    runs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Said:
    """What was said of a cell, and what became of it.

    Attributes
    ----------
    findings : tuple of (str, str, str)
        Rule, severity, and the rule whose finding explains it ("" for none), in the report's order.
    faults : tuple of str
        Parts of nbdoctor that failed.
    offers : tuple of (str, str, str)
        Rules, title and patched cell of every treatment that was tried and helps, the leading one
        first.
    tried : tuple of (str, str, str)
        Rule, title, and what came of it, of every other treatment that patches the cell.
    raised : str
        Type and message of the error that the cell ended with.
    score : float or None
        Value of the expression, where there was one and it could be computed.
    attained, ceiling : float or None
        Score of the trained model, and of the best simple model, as the first report with one says.
    searched : Searched or None
        What the experiment ended with, in the first report where it blames a part, or where it
        was made at all.
    seconds : float
        The whole cell, the import of Keras left out.
    failed : str
        Why the cell could not be run at all.
    first_fix : float or None
        Seconds from the end of the cell until a fix was proved, where one was.
    spent : (float, float) or None
        Seconds that nbdoctor took of its own, and that it was allowed, in the first report.
    """

    findings: tuple[tuple[str, str, str], ...] = ()
    faults: tuple[str, ...] = ()
    offers: tuple[tuple[str, str, str], ...] = ()
    tried: tuple[tuple[str, str, str], ...] = ()
    raised: str = ""
    score: float | None = None
    attained: float | None = None
    ceiling: float | None = None
    searched: Searched | None = None
    seconds: float = 0.0
    failed: str = ""
    first_fix: float | None = None
    spent: tuple[float, float] | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of the rules that found something."""
        return tuple(dict.fromkeys(rule for rule, _, _ in self.findings))

    @property
    def alarms(self) -> tuple[str, ...]:
        """Names of the rules with a critical finding or a warning."""
        return tuple(
            dict.fromkeys(rule for rule, severity, _ in self.findings if severity != "note")
        )

    @property
    def reached(self) -> str:
        """What the trained model reaches beside simple models, "" where it is not known."""
        if self.attained is None or self.ceiling is None:
            return ""
        return f"{self.attained:.2f}, simple models {self.ceiling:.2f}"

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Said:
        """The same from JSON."""
        threes = {
            name: tuple((one, two, three) for one, two, three in data.get(name, ()))
            for name in ("findings", "offers", "tried")
        }
        given = data.get("searched")
        searched = None if given is None else Searched(**_as_tuples(given))
        spent = None if data.get("spent") is None else tuple(data["spent"])
        own = {"faults": tuple(data["faults"]), "searched": searched, "spent": spent}
        return cls(**{**data, **threes, **own})


def _as_tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(one) if isinstance(one, list) else one for key, one in data.items()}


def said_as_text(said: Said) -> str:
    """The rules, consequences in brackets after them, and what else happened."""
    if said.failed:
        return f"could not be run: {said.failed}"
    causes = [rule for rule, _, because_of in said.findings if not because_of]
    consequences = [rule for rule, _, because_of in said.findings if because_of]
    parts = [", ".join(dict.fromkeys(causes)) or "nothing"]
    if consequences:
        parts.append(f"({', '.join(dict.fromkeys(consequences))})")
    if said.raised:
        parts.append(f"[{said.raised.split(':')[0]}]")
    if said.faults:
        parts.append(f"FAULTS: {'; '.join(said.faults)}")
    return " ".join(parts)
