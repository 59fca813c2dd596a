"""The cases: what is known of each, and its two programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cases.faulty_data import placed

HERE = Path(__file__).parent
FAULTS: dict[str, str] = json.loads((HERE / "faults.json").read_text(encoding="utf-8"))
"""The words for faults, and what each means."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A program that somebody asked about, sick and repaired.

    Attributes
    ----------
    id, source, title : str
        A name, where it was asked, and what about.
    cell, fixed_cell : str
        The two programs.
    task : str
        Binary, multiclass, regression and so on.
    faults, primary, acceptable : tuple of str
        All that is wrong; naming any one of `primary` is naming the root cause; true but secondary.
    benchmarks, published : tuple of str
        Who collected the case, and the faults that they wrote down.
    published_note : str
        Where running the program shows otherwise.
    kind : str
        `real`, `port`, `seed` or `synthetic`.
    crash : str
        Pattern of "Type: message" where the sick cell raises.
    probe, fixed_probe, probe_name : str
        Expressions that score the trained model, higher is better, and the score's name.
    bad, good : float or None
        The sick cell scores at most, the repaired cell at least so much.
    reproduces, why_not : bool, str
        Whether the sick cell still shows its symptom with Keras 3, or why not.
    fix, deviations : str
        The accepted fix; what was scaled down or invented.
    group : str
        `benchmarks` where others collected the case, `reports` where we took it from an issue,
        `data` where sick and repaired have one text and read other files (`faulty_data.py`).
    """

    id: str
    source: str
    title: str
    task: str
    cell: str
    fixed_cell: str
    faults: tuple[str, ...]
    primary: tuple[str, ...]
    acceptable: tuple[str, ...] = ()
    benchmarks: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    published_note: str = ""
    kind: str = "real"
    crash: str = ""
    probe: str = ""
    fixed_probe: str = ""
    probe_name: str = "accuracy"
    bad: float | None = None
    good: float | None = None
    reproduces: bool = True
    why_not: str = ""
    fix: str = ""
    deviations: str = ""
    group: str = "benchmarks"


def read(folder: Path) -> Case:
    """The case that lies in a folder."""
    facts: dict[str, Any] = json.loads(placed((folder / "facts.json").read_text(encoding="utf-8")))
    return Case(
        id=folder.name,
        cell=placed((folder / "sick.py").read_text(encoding="utf-8")),
        fixed_cell=placed((folder / "repaired.py").read_text(encoding="utf-8")),
        **{name: tuple(fact) if isinstance(fact, list) else fact for name, fact in facts.items()},
    )


CASES = [read(folder) for folder in sorted((HERE / "programs").iterdir())]
