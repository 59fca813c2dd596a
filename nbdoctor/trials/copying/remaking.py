"""Which lines make the data of a `fit` anew where a treatment changes what they go on from."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nbdoctor.cell.names import names_loaded, names_stored
from nbdoctor.trials.copying.data_lines import (
    is_data,
    made_from,
    only_for_callbacks,
    restored_data,
)
from nbdoctor.trials.copying.fit_call import VALIDATION, data_arguments, written_arguments
from nbdoctor.trials.copying.lines.draws import with_seeded_draws
from nbdoctor.trials.copying.plan import Request
from nbdoctor.trials.copying.reaching import Definitions
from nbdoctor.trials.copying.texts import Texts, kept_statements
from nbdoctor.trials.refusal import refuse


@dataclass(frozen=True)
class Reach:
    """What a treatment reaches of the statements before `fit`.

    Attributes
    ----------
    changed : set of int
        Statements of the treated text that are new or altered, or go on from data that is restored.
    restored : mapping of str
        What data was before the first line that is left out or altered.
    lines : frozenset of int
        Statements that make the data of `fit` anew, with all that they need: none where the changed
        ones do so themselves, right before `fit`.
    affected : frozenset of int
        All that do otherwise because of the treatment.
    altered : frozenset of str
        Names in the arguments of `fit` whose data is another one.
    as_they_were : tuple of ast.stmt
        The lines without the treatment: they must make what `fit` was given.
    made_by : _Slice or None
        What has found the lines.
    """

    changed: set[int]
    restored: Mapping[str, Any] = field(default_factory=dict)
    lines: frozenset[int] = frozenset()
    affected: frozenset[int] = frozenset()
    altered: frozenset[str] = frozenset()
    as_they_were: tuple[ast.stmt, ...] = ()
    made_by: _Slice | None = field(default=None, compare=False)

    @property
    def of_data(self) -> frozenset[int]:
        """Affected statements that give names to data: it is known what they go on from."""
        if self.made_by is None:
            return frozenset()
        names = self.made_by.flow.namespace
        stored = {at: names_stored(self.made_by.text.statements[at]) for at in self.affected}
        return frozenset(
            at
            for at, given in stored.items()
            if given and all(name in names and is_data(names[name]) for name in given)
        )

    def with_lines_for(self, kept: set[int]) -> Reach:
        """Add what statements of the model go on from, where that is made anew."""
        if self.made_by is None:
            return self
        return replace(self, lines=frozenset(self.made_by.with_statements(kept & self.of_data)))

    @property
    def remade(self) -> set[int]:
        """Statements that see all rows: where data is made anew, those that are changed as well."""
        return {*self.lines, *self.changed} if self.lines else set()


def reach_of(texts: Texts, request: Request) -> Reach:
    """Follow what a treatment changes to the data of `fit`.

    Parameters
    ----------
    texts : Texts
    request : Request

    Raises
    ------
    UntriedError
        A value that is needed is no longer known.
    """
    kept_from = kept_statements(texts.new, texts.old)
    changed = set(range(len(texts.new))) - kept_from.keys()
    changed -= only_for_callbacks(texts.new, changed, texts.fit)
    gone = sorted(set(range(len(texts.old))) - set(kept_from.values()))
    left_out, new = [texts.old[at] for at in gone], [texts.new[at] for at in changed]
    restored = restored_data(left_out, new, texts.fit, request)
    behind = [at for at, place in kept_from.items() if gone and place > gone[0]]
    changed |= made_from(set(restored), texts.new, behind)
    return with_data(Reach(changed, restored), texts, request)


def with_data(reach: Reach, texts: Texts, request: Request) -> Reach:
    """Add which lines make the data of `fit` anew, its validation rows included.

    Parameters
    ----------
    reach : Reach
        With the statements that are changed, and the data that is restored.
    texts : Texts
    request : Request

    Raises
    ------
    UntriedError
        A value that is needed is no longer known.
    """
    for statements in (texts.new, texts.old):
        with_seeded_draws(statements, request.namespace)
    flow = _Flow(texts, request.namespace, reach.restored)
    training, judging = names_of_data(texts.fit)
    altered = {
        name
        for name in training | judging
        if flow.is_affected(name, flow.new.end) and (request.fitted or name in request.namespace)
    }
    made = _Slice(flow.new, flow.affected, flow.kept, flow)
    lines = frozenset(made.made(altered))
    found = replace(reach, affected=frozenset(reach.changed), altered=frozenset(altered))
    if lines <= reach.changed and not (altered & judging and request.fitted):
        return found
    if not request.fitted:
        line = texts.new[min(lines - reach.changed)].lineno
        refuse(f"line {line} computes its result from data that the fix changes")
    return replace(
        found,
        affected=frozenset(reach.changed | flow.affected),
        lines=lines,
        as_they_were=flow.as_they_were(altered),
        made_by=made,
    )


def names_of_data(fit: ast.Call) -> tuple[set[str], set[str]]:
    """Return names in the arguments of `fit` that hold rows: to train on, and to judge by."""
    judging = written_arguments(fit).get(VALIDATION)
    training = set().union(*(names_loaded(one) for one in data_arguments(fit)), set())
    return training, set() if judging is None else names_loaded(judging)


class _Flow:
    """Both texts, and what the treatment reaches in the new one."""

    def __init__(
        self, texts: Texts, namespace: Mapping[str, Any], restored: Mapping[str, Any]
    ) -> None:
        self.namespace, self.restored = namespace, restored
        self.new = Definitions(texts.new, namespace)
        self.old = Definitions(texts.old, namespace)
        self.kept = kept_statements(texts.new, texts.old)
        self.affected: set[int] = set()
        for place in range(self.new.end):
            if place not in self.kept or self._reads_affected(place):
                self.affected.add(place)

    def undone(self, name: str) -> int | None:
        """Return the first line of the old text that is left out and has changed restored data."""
        gone = sorted(set(range(self.old.end)) - set(self.kept.values()))
        changing = (at for at in gone if name in self.old.changes[at])
        return next(changing, None) if name in self.restored else None

    def is_affected(self, name: str, place: int) -> bool:
        """Whether a name has another value at a place of the new text than it had in the old."""
        at = self.new.reaching(name, place)
        if at in self.affected:
            return True
        before = self.old.end if place == self.new.end else self.kept[place]
        return (None if at is None else self.kept[at]) != self.old.reaching(name, before)

    def as_they_were(self, names: Iterable[str]) -> tuple[ast.stmt, ...]:
        """Return the statements that made these names without the treatment, where they were."""
        names = [one for one in names if one in self.namespace]
        counterparts = {self.kept[at] for at in self.affected if at in self.kept}
        gone = set(range(self.old.end)) - set(self.kept.values())
        places = {at: at for at in range(self.old.end)}
        made = _Slice(self.old, counterparts | gone, places, self).made(names)
        return tuple(self.old.statements[at] for at in sorted(made))

    def _reads_affected(self, place: int) -> bool:
        return any(self.is_affected(name, place) for name in self.new.reads[place])


@dataclass
class _Slice:
    """Collects the statements that make names, back to values that are still there.

    Attributes
    ----------
    text : Definitions
    affected : set of int
        Statements whose results in the namespace are not those that are wanted.
    was : mapping of int to int
        Where statements stood in the old text.
    flow : _Flow
    """

    text: Definitions
    affected: set[int]
    was: Mapping[int, int]
    flow: _Flow
    taken: set[int] = field(default_factory=set)
    _there: set[tuple[str, int]] = field(default_factory=set)

    def made(self, names: Iterable[str]) -> set[int]:
        """Return the statements that make these names, as they are behind all statements."""
        for name in names:
            self._follow(name, self.text.end)
        return self._completed()

    def with_statements(self, places: Iterable[int]) -> set[int]:
        """Return the statements with these, and with all that these need."""
        for place in sorted(places):
            self._take(place)
        return self._completed()

    def _completed(self) -> set[int]:
        while overwritten := [one for one in self._there if self._is_overwritten(*one)]:
            for name, place in overwritten:
                self._there.discard((name, place))
                self._take(self.text.reaching(name, place) or 0)
        return self.taken

    def _follow(self, name: str, place: int) -> None:
        at = self.text.reaching(name, place)
        if at in self.affected:
            self._take(at)
        elif self._is_there(name, at):
            if self.flow.undone(name) is not None:
                self._refuse(name)  # it would have to be what it was, and what it is
            self._there.add((name, place))
        elif at is not None and not self._is_restored(name, at):
            self._take(at)
        elif not self._is_restored(name, at):
            self._refuse(name)

    def _take(self, at: int | None) -> None:
        if at is None or at in self.taken:
            return
        self.taken.add(at)
        for name in self.text.reads[at]:
            self._follow(name, at)

    def _is_there(self, name: str, at: int | None) -> bool:
        """Whether the namespace still holds what a name was after a statement."""
        flow = self.flow
        if name not in flow.namespace:
            return at is None and hasattr(builtins, name)
        if at is not None and not is_data(flow.namespace[name]):
            return False
        return flow.old.reaching(name, flow.old.end) == (None if at is None else self.was[at])

    def _is_restored(self, name: str, at: int | None) -> bool:
        """Whether what a name was after a statement was kept before a line changed it."""
        undone = self.flow.undone(name)
        was = None if at is None else self.was[at]
        return undone is not None and self.flow.old.reaching(name, undone) == was

    def _is_overwritten(self, name: str, place: int) -> bool:
        """Whether a statement that is run again gives a name an older value meanwhile."""
        return any(name in self.text.changes[at] for at in self.taken if at < place) and (
            self.text.reaching(name, place) not in self.taken
        )

    def _refuse(self, name: str) -> None:
        old = self.flow.old
        by = next((at for at in range(old.end) if name in old.changes[at]), None)
        if by is None:
            refuse(f"`{name}` is not there any more")
        refuse(
            f"`{name}` as it was before line {old.statements[by].lineno} is not known, and the "
            "fix changes what is made of it"
        )
