"""What becomes of trials that are undecided, with trials that are not run."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.report import Diagnosis, Treatment, Trial, Where
from nbdoctor.rules.treatment import Outcome
from nbdoctor.trials.combination import Resolved, fix_of, is_cleared, place_of
from nbdoctor.trials.comparison import MOST_SEEDS
from nbdoctor.trials.search import TreatmentSearch


def trial(outcome: Outcome | None, gain: float = 0.1, seeds: int = 5) -> Trial:
    return Trial(outcome=outcome, before=0.5, after=0.5 + gain, seeds=seeds, steps=100)


def treatment(patched: str, tried: Trial | None = None) -> Treatment:
    return Treatment(title=patched, text="", effect="training", patched=patched, trial=tried)


def finding(*patches: str) -> Diagnosis:
    return Diagnosis(
        rule="a-rule",
        severity="critical",
        kind="strong",
        title="",
        says="",
        where=Where(),
        treatments=tuple(treatment(one) for one in patches),
    )


class Longer:
    """Trials that go on: what they come to, by patch."""

    def __init__(self, **outcomes: Trial) -> None:
        self.cell = Cell("as it is")
        self.outcomes, self.asked = outcomes, list[str]()
        self.insists_until = 0.0

    def more_of(self, patched: Cell, *, trains: bool) -> Trial:
        assert trains
        self.asked.append(patched.source)
        return self.outcomes[patched.source]


def search(**trials: Trial) -> TreatmentSearch:
    case: Any = SimpleNamespace(cell=Cell("as it is"))
    return TreatmentSearch(
        case=case, deadline=0.0, raises=False, ask_again=lambda *_: None, trials=trials
    )


def test_the_most_promising_goes_on_first_until_one_helps() -> None:
    of = search(
        a=trial("undecided", 0.05),
        b=trial("undecided", 0.2),
        c=trial("undecided", 0.1),
        d=trial("no effect", 0.3),
        e=trial("undecided", 0.4, seeds=MOST_SEEDS),
    )
    longer = Longer(b=trial("undecided", 0.2, MOST_SEEDS), c=trial("helps", 0.12, 8))
    assert of._insist(longer, [finding(*"abcde")])  # type: ignore[arg-type]
    assert longer.asked == ["b", "c"]
    assert (of.trials["b"].seeds, of.trials["c"].outcome) == (MOST_SEEDS, "helps")
    best = of._best(longer, [finding(*"abcde")])  # type: ignore[arg-type]
    assert best is not None
    assert best[1].patched == "c"


def test_nobody_insists_where_the_rest_of_the_time_is_for_another_search() -> None:
    of = search(a=trial("undecided"))
    of.insists_until = time.perf_counter()
    longer = Longer(a=trial("helps", 0.1, 8))
    assert not of._insist(longer, [finding("a")])  # type: ignore[arg-type]
    assert not longer.asked
    of.fix = fix_of([("a-rule", treatment("b"))], Cell("as it is"), trial("helps"), Resolved())
    assert of._insist(longer, [finding("a")])  # type: ignore[arg-type]


def test_what_gets_no_more_time_stays_as_it_was() -> None:
    of = search(a=trial("undecided"))
    over = Longer(a=Trial(reason="the time ran out before a copy was trained"))
    assert not of._insist(over, [finding("a")])  # type: ignore[arg-type]
    assert of.trials["a"] == trial("undecided")


@pytest.mark.parametrize(
    ("of", "short"),
    [
        (trial("undecided"), True),
        (trial("undecided", seeds=MOST_SEEDS), False),
        (trial("no effect"), False),
        (Trial(reason="it would take about 9 s", skipped="too long"), True),
        (Trial(reason="it would take about 9 s", skipped="cannot be tried"), False),
    ],
    ids=["undecided", "as often as can be", "decided", "no time", "a text alone says nothing"],
)
def test_more_is_offered_where_more_time_may_decide(of: Trial, short: bool) -> None:
    assert search(a=of).is_short_of_time is short


@pytest.mark.parametrize(("gained", "loses"), [(0.4, False), (0.38, False), (0.2, True)])
def test_a_further_cure_must_not_take_from_the_fix(gained: float, loses: bool) -> None:
    of = search()
    assert not of._loses(trial("helps", 0.01))
    of.fix = fix_of([("a-rule", treatment("a"))], Cell("as it is"), trial("helps", 0.4), Resolved())
    assert of._loses(trial("helps", gained)) is loses


def test_what_is_undecided_stands_between_what_helps_and_what_does_not() -> None:
    words: list[Outcome | None] = ["worse", "undecided", "no effect", None, "helps"]
    placed = sorted((treatment("x", trial(word)) for word in words), key=place_of)
    assert [one.trial and one.trial.outcome for one in placed] == [
        "helps", "undecided", None, "no effect", "worse",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "cleared"), [("undecided", True), ("no effect", True), ("worse", False)]
)
def test_what_is_undecided_may_have_cleared_its_finding(word: Outcome, cleared: bool) -> None:
    row = [("a-rule", treatment("x", trial(word)))]
    assert is_cleared(row, Resolved(cleared=("a-rule",))) is cleared
