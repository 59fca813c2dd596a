"""Seconds of an examination, and a look that is broken off."""

from __future__ import annotations

import pytest

from nbdoctor.session.progress import Progress


def test_seconds_of_all_work_are_added_up() -> None:
    progress = Progress()
    for _ in range(2):
        before = progress.spent
        with progress.working():
            sum(range(1000))
        assert progress.spent > before
    progress.ended()
    assert progress.timing.total == progress.spent
    assert progress.timing.look is None


def test_a_look_that_is_broken_off_stays_unfinished() -> None:
    progress = Progress()
    with progress.looking():
        assert progress.is_looking
    assert not progress.is_looking
    with pytest.raises(KeyboardInterrupt), progress.looking():
        raise KeyboardInterrupt
    assert progress.is_looking
