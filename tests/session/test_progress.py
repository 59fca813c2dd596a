"""Seconds of an examination, and a look that is broken off."""

from __future__ import annotations

import time

import pytest

from nbdoctor.session.progress import Progress


def test_seconds_of_all_work_are_added_up() -> None:
    progress = Progress()
    for _ in range(2):
        before = progress.spent
        with progress.working():
            sum(range(1000))
        assert progress.spent > before
    progress.ended(10.0)
    assert progress.timing.total == progress.spent
    assert progress.timing.look is None


def test_the_budget_is_told_until_more_is_asked_for() -> None:
    progress = Progress(cell_ended=time.perf_counter())
    progress.ended(10.0)
    assert progress.timing.budget == 10.0
    progress.cell_ended = None
    progress.ended(10.0)
    assert progress.timing.budget is None, "a button may take longer than the budget"


def test_the_first_proved_fix_is_timed_from_the_end_of_the_cell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    progress = Progress()
    progress.proved_fix()
    assert progress.timing.first_fix is None, "the cell has not ended"
    progress.cell_ended = 100.0
    for now in (103.5, 107.0):
        monkeypatch.setattr(time, "perf_counter", lambda now=now: now)
        progress.proved_fix()
    assert progress.timing.first_fix == 3.5


def test_a_look_that_is_broken_off_stays_unfinished() -> None:
    progress = Progress()
    with progress.looking():
        assert progress.is_looking
    assert not progress.is_looking
    with pytest.raises(KeyboardInterrupt), progress.looking():
        raise KeyboardInterrupt
    assert progress.is_looking
