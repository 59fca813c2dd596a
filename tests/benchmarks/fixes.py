"""Do the fixes that `%%diagnose` offers cure the cell?

    python -m tests.benchmarks.fixes [--only IDS] [--kept FILE]            # real bugs
    python -m tests.benchmarks.fixes --faults [--only FAULTS] [--models 2] # injected faults

Every sick cell is diagnosed. Each patch that was tried on a copy and helps is then executed as a
whole cell without nbdoctor. A real bug is cured where the case's own score reaches what its
repaired program must reach; an offer does not help where the cell raises or scores less than
before by more than `NOISE`. For an injected fault the first offer has to come from a rule that
names the fault. What is in FILE already is not run again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.benchmarks import injected_faults
from tests.benchmarks.cells import Manner, ran
from tests.benchmarks.mutations import Mutation
from tests.benchmarks.real_cases import add_manner, load, manner_of
from tests.benchmarks.said import CASES, Cell, Said
from tests.zoo.zoo import OWN

NOISE = 0.02
"""Two trainings of the same cell from other seeds differ by so much."""

BUDGET = "--budget 120"
"""Twelve times the default: the machine that runs this is shared by many, and mostly busy."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A patch that was offered, executed as a whole cell.

    Attributes
    ----------
    rules, title : str
        What it treats, and how.
    said : Said
        What became of the patched cell.
    """

    rules: str
    title: str
    said: Said


@dataclass(frozen=True, kw_only=True)
class Cure:
    """One sick cell and what was offered for it.

    Attributes
    ----------
    name : str
        The case.
    good : float or None
        What the repaired program has to score.
    sick : Said
        The sick cell as it is.
    diagnosed : Said
        The sick cell under `%%diagnose`, with its trials.
    offers : tuple of Offer
        The leading one first.
    """

    name: str
    good: float | None
    sick: Said
    diagnosed: Said
    offers: tuple[Offer, ...] = ()

    @property
    def cured(self) -> bool:
        """Whether an offered patch turns the case healthy."""
        return any(self.is_healthy(offer) for offer in self.offers)

    def is_healthy(self, offer: Offer) -> bool:
        """Whether the patched cell reaches the score of a repaired one."""
        score = offer.said.score
        if offer.said.raised or offer.said.failed:
            return False
        return self.good is None or (score is not None and score >= self.good)

    @property
    def useless(self) -> tuple[str, ...]:
        """Offers after which the cell raises, or is worse than it was."""
        return tuple(offer.title for offer in self.offers if self._is_useless(offer))

    def _is_useless(self, offer: Offer) -> bool:
        if offer.said.raised or offer.said.failed:
            return True
        if self.sick.raised or self.sick.score is None or offer.said.score is None:
            return False
        return offer.said.score < self.sick.score - NOISE


def diagnosed(cells: Sequence[Cell], manner: Manner) -> dict[str, Said]:
    """What is said and offered of the cells, with trials."""
    return ran([replace(cell, options=BUDGET) for cell in cells], manner)


def patched(cell: Cell, said: Said, score: str = "") -> list[Cell]:
    """The offered patches of a cell, each as a cell of its own, scored like a repaired one."""
    sources = dict.fromkeys(source for _, _, source in said.offers)
    return [
        Cell(
            name=f"{cell.name} / patch {number}",
            source=source.partition("\n")[2],
            score=score or cell.score,
            magic=False,
            folders=cell.folders,
        )
        for number, source in enumerate(sources, start=1)
    ]


def offers(cell: Cell, said: Said, results: dict[str, Said]) -> tuple[Offer, ...]:
    """The patches with what became of them."""
    first = {source: (rules, title) for rules, title, source in reversed(said.offers)}
    cells = patched(cell, said)
    sources = list(dict.fromkeys(source for _, _, source in said.offers))
    return tuple(
        Offer(rules=first[source][0], title=first[source][1], said=results[one.name])
        for source, one in zip(sources, cells, strict=True)
    )


def cures(cases: Sequence[Any], manner: Manner) -> list[Cure]:
    """Every case: diagnosed, patched and executed."""
    folders = (str(CASES),)
    sick = [
        Cell(name=f"{case.id} sick", source=case.cell, score=case.probe, folders=folders)
        for case in cases
    ]
    plain = [
        Cell(name=f"{one.name} plain", source=one.source, score=one.score, magic=False)
        for one in sick
    ]
    said = diagnosed(sick, manner)
    scores = {f"{case.id} sick": case.fixed_probe or case.probe for case in cases}
    more = [patch for cell in sick for patch in patched(cell, said[cell.name], scores[cell.name])]
    results = ran([*plain, *more], manner)
    return [
        Cure(
            name=case.id,
            good=case.good,
            sick=results[f"{cell.name} plain"],
            diagnosed=said[cell.name],
            offers=offers(cell, said[cell.name], results),
        )
        for case, cell in zip(cases, sick, strict=True)
    ]


def case_row(cure: Cure) -> str:
    """One case as a line of the table."""
    before = "raises" if cure.sick.raised else _number(cure.sick.score)
    made = [
        f"{offer.title}: {'raises' if offer.said.raised else _number(offer.said.score)}"
        for offer in cure.offers
    ]
    others = [f"{title}: {what}" for _, title, what in cure.diagnosed.tried]
    return (
        f"| {cure.name} | {'yes' if cure.cured else 'no'} | {before} | {_number(cure.good)} "
        f"| {'; '.join(made)} | {', '.join(cure.useless)} | {'; '.join(others)} |"
    )


def case_table(every: Sequence[Cure]) -> str:
    """A Markdown table of all cases, and their sum."""
    head = "| case | cured | score | healthy from | offered | useless | tried or not |"
    cured = sum(cure.cured for cure in every)
    offered = sum(bool(cure.offers) for cure in every)
    bad = sum(len(cure.useless) for cure in every)
    last = (
        f"Of {len(every)} sick cells {offered} were offered a fix, and {cured} "
        f"({cured / max(len(every), 1):.0%}) are healthy after one. "
        f"{bad} of {sum(len(cure.offers) for cure in every)} offers did not help."
    )
    return "\n".join((head, f"|{' --- |' * 7}", *map(case_row, every), "", last))


def fault_table(chosen: Sequence[Mutation], most: int, said: dict[str, Said]) -> str:
    """Which offer came first for each injected fault."""
    rows, right, total = [], 0, 0
    for mutation in chosen:
        cells = injected_faults.cells(mutation, OWN, most)
        first = [(said[cell.name].offers or (("", "nothing", ""),))[0] for cell in cells]
        good = [bool(set(rules.split()) & mutation.named_by) for rules, _, _ in first]
        right, total = right + sum(good), total + len(good)
        titles = "; ".join(dict.fromkeys(title for _, title, _ in first))
        tried = {f"{t}: {w}" for cell in cells for _, t, w in said[cell.name].tried}
        others = "; ".join(sorted(tried))
        rows.append(f"| {mutation.name} | {sum(good)} of {len(good)} | {titles} | {others} |")
    head = "| fault | true repair first | first offers | tried or not |"
    last = f"The true repair is the first offer for {right} of {total} injected faults."
    return "\n".join((head, f"|{' --- |' * 4}", *rows, "", last))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="ids of cases, or faults, between semicolons")
    parser.add_argument("--faults", action="store_true", help="injected faults, not real bugs")
    parser.add_argument("--models", type=int, default=2, help="models that each fault is put into")
    add_manner(parser)
    return parser.parse_args(arguments)


def main() -> None:
    """Run and print."""
    found = parsed()
    only = [name.strip() for name in found.only.split(";") if name.strip()]
    manner = manner_of(found)
    if found.faults:
        chosen = [one for one in injected_faults.MUTATIONS if not only or one.name in only]
        cells = [cell for one in chosen for cell in injected_faults.cells(one, OWN, found.models)]
        said = diagnosed(cells, manner)
        sys.stdout.write(f"{fault_table(chosen, found.models, said)}\n")
        return
    cases = [case for case in load(CASES) if not only or case.id in only]
    sys.stdout.write(f"{case_table(cures(cases, manner))}\n")


if __name__ == "__main__":
    main()
