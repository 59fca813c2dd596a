"""All sides of an attempt, run from one seed after the other until they tell enough."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbdoctor.headless.change.deciding import Decision, Pair, Relation, decided, relation_of
from nbdoctor.headless.change.options import Trying
from nbdoctor.headless.change.runs import Runs
from nbdoctor.trials.comparison import LOOKS

AS_IT_IS = "as it is"

Tell = Callable[[str, int, int], None]
"""Of what is being done, how many runs are over, and how many there may be."""


def nobody(_: str, __: int, ___: int) -> None:
    """Tell nobody."""


@dataclass
class Course:
    """The runs until now.

    Parameters
    ----------
    runs : Runs
    sources : mapping of str to str
        The text of each side by its name, the cell as it is among them.
    how : Trying
    tell : callable
        See `Tell`.
    began : float
        By `time.perf_counter`.

    Attributes
    ----------
    answers : dict of str to list
        Of each side, by seed.
    decisions : dict of str to Decision
        On each change, as far as it is known.
    was_cut : bool
        The time was over before all seeds were run.
    """

    runs: Runs
    sources: Mapping[str, str]
    how: Trying
    tell: Tell
    began: float
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    pairs: dict[str, list[Pair]] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)
    given: str | None = None
    done: int = 0
    was_cut: bool = False

    def all_seeds(self) -> None:
        """Run all sides from one seed after the other, until that tells enough."""
        self.answers = {name: [] for name in self.sources}
        self.most = dict.fromkeys(self.sources, self.how.steps)
        self.given = self._stored()
        longest = 0.0
        for seed in range(self.how.seeds):
            began = time.perf_counter()
            if began - self.began + longest > self.how.whole and seed:
                self.was_cut = True
                return
            self._one_seed(seed, self._open(seed))
            longest = max(longest, time.perf_counter() - began)
            if all(one.is_final for one in self.decisions.values()):
                return

    def _open(self, seed: int) -> list[str]:
        """Sides that are run from this seed: those that are not decided."""
        asked = seed in LOOKS or not seed
        names = [name for name in self.sources if name != AS_IT_IS]
        if not asked and not any(one.is_final for one in self.decisions.values()):
            return [AS_IT_IS, *names]
        left = [n for n in names if n not in self.decisions or not self.decisions[n].is_final]
        return [AS_IT_IS, *left]

    def _one_seed(self, seed: int, names: Sequence[str]) -> None:
        numbers, found = {}, {}
        for name in names:
            numbers[name], found[name] = self._run(name, seed)
        if not seed:
            self._even_out(found, numbers)
        for name in names[1:]:
            pair = self._paired(name, numbers, found)
            self.pairs.setdefault(name, []).append(pair)
            self.decisions[name] = decided(self.pairs[name], self.relations[name])
        for name in names:
            self.answers[name].append(found[name])
            self.runs.end(numbers[name])

    def _run(self, name: str, seed: int) -> tuple[int, dict[str, Any]]:
        total = len(self.sources) * self.how.seeds
        self.tell(f"{name}, seed {seed + 1}", self.done, total)
        self.done += 1
        first = self.answers[name][0] if self.answers[name] else {}
        return self.runs.run(
            self.sources[name],
            seed=seed,
            most=self.most[name],
            examine=not seed or bool(first.get("loop")),
            given=self.given,
            prepare=self.how.prepare,
        )

    def _even_out(self, found: dict[str, dict[str, Any]], numbers: dict[str, int]) -> None:
        """Where trainings were cut and ask for unequal lengths, keep the proportion of these."""
        if not any(one["outcome"] == "cut" for one in found.values()):
            return
        planned = {name: one.get("planned", 0) for name, one in found.items()}
        longest = max(planned.values())
        if not all(planned.values()) or len(set(planned.values())) == 1:
            return
        for name, one in planned.items():
            fitting = max(1, round(self.how.steps * one / longest))
            if fitting < found[name]["steps"]:
                self.most[name] = fitting
                self.runs.end(numbers[name])
                numbers[name], found[name] = self._run(name, 0)

    def _paired(
        self, name: str, numbers: Mapping[str, int], found: Mapping[str, dict[str, Any]]
    ) -> Pair:
        ours, theirs = found[AS_IT_IS], found[name]
        both = "score" in ours and "score" in theirs
        if name not in self.relations:
            files = (Path(ours.get("rows_file", "")), Path(theirs.get("rows_file", "")))
            self.relations[name] = relation_of(*files) if both and not self.given else "same"
        if not both or self.relations[name] != "different":
            return Pair(ours=ours, theirs=theirs)
        mine, other = numbers[AS_IT_IS], numbers[name]
        return Pair(
            ours=ours,
            theirs=theirs,
            by_ours=self._by_rows(ours["rows_file"], mine, other, other),
            by_theirs=self._by_rows(theirs["rows_file"], mine, other, mine),
        )

    def _by_rows(
        self, rows: str, mine: int, other: int, guest: int
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Both sides on the rows of one of them, without those that the guest has trained on."""
        unseen = self.runs.unseen(guest, rows)
        if unseen is None:
            return None
        return self.runs.score(mine, unseen), self.runs.score(other, unseen)

    def _stored(self) -> str | None:
        """The given rows, as runs read them."""
        import numpy as np

        if self.how.judge_on is None:
            return None
        path = self.runs.files / "given.npz"
        with np.load(self.how.judge_on, allow_pickle=False) as file:
            np.savez(path, x0=file["x"], y0=file["y"], held_out=True, origin="given")
        return str(path)
