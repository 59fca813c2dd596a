"""Several causes are cured at once, and then as few of them as gain as much; nothing is trained."""

from __future__ import annotations

from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.report import Diagnosis, Severity, Treatment, Trial, Where
from nbdoctor.rules.rule import Standing
from nbdoctor.trials import combination
from nbdoctor.trials.combination import gain
from nbdoctor.trials.roots import smallest, together


def cause(
    name: str, severity: Severity = "critical", role: str = "", standing: Standing = ""
) -> Diagnosis:
    return Diagnosis(
        rule=name,
        severity=severity,
        kind="strong",
        title="",
        says="",
        where=Where(),
        standing=standing,
        treatments=(_cure(name, "", role),),
    )


def _cure(name: str, source: str, role: Any = "") -> Treatment:
    return Treatment(title=name, text="", effect="training", patched=source + name, role=role)


class Tried:
    """What each set of cures comes to; a set that is not named changes nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **scores: float) -> None:
        self.scores, self.asked = scores, list[str]()
        monkeypatch.setattr(
            combination,
            "treatment_on",
            lambda one, _original, edited: (
                _cure(one.rule, edited.source) if one.treatments else None
            ),
        )

    def __call__(self, cell: Cell) -> Trial:
        self.asked.append(cell.source)
        reached = self.scores.get(cell.source, 0.5)
        word: Any = "helps" if reached > 0.55 else "no effect"
        return Trial(outcome=word, before=0.5, after=reached, seeds=5, steps=100)

    def all_of(self, *names: str) -> list[str]:
        causes = [cause(name) for name in names]
        every = together(causes, Cell(""), self)
        if not every:
            return []
        singles = [(name, self._alone(name)) for name in names]
        best = max(singles, key=lambda one: gain(one[1]))
        helps = best[1].trial is not None and best[1].trial.outcome == "helps"
        found = smallest(every, best if helps else None, causes, Cell(""), self)
        return [rule for rule, _ in found]

    def _alone(self, name: str) -> Treatment:
        return Treatment(
            title=name, text="", effect="training", patched=name, trial=self(Cell(name))
        )


@pytest.mark.parametrize(
    ("scores", "needed"),
    [
        pytest.param({"abc": 0.95, "a": 0.94}, ["a"], id="one alone does it"),
        pytest.param({"abc": 0.95, "a": 0.7}, ["a", "b", "c"], id="all are needed"),
        pytest.param({"abc": 0.95, "a": 0.7, "ab": 0.95}, ["a", "b"], id="the last is not"),
        pytest.param({"abc": 0.95, "bc": 0.95, "c": 0.6}, ["b", "c"], id="the first is not"),
        pytest.param({"abc": 0.95, "ab": 0.8}, ["a", "b", "c"], id="less is no cure"),
        pytest.param({"a": 0.95, "abc": 0.3}, [], id="together they do harm"),
    ],
)
def test_as_few_as_gain_as_much_as_all(
    monkeypatch: pytest.MonkeyPatch, scores: dict[str, float], needed: list[str]
) -> None:
    tried = Tried(monkeypatch, **scores)
    assert tried.all_of("a", "b", "c") == needed
    assert tried.asked[0] == "abc", "all together are tried first"


def test_neither_notes_nor_the_length_of_training_are_among_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = Tried(monkeypatch, abc=0.9, ab=0.9)
    longer = cause("l", role="train longer")
    others = [cause("n", "note"), cause("w", standing="withdrawn"), longer]
    found = together([cause("a"), *others, cause("b", "warning")], Cell(""), tried)
    assert [rule for rule, _ in found] == ["a", "b"]
    assert together([cause("a"), *others], Cell(""), tried) == [], "one alone is tried anyway"
