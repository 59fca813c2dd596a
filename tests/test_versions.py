"""The part of the tests that is run with older versions."""

import pytest

pytest.importorskip("tomllib", reason="it comes with Python 3.11")


def test_every_test_of_the_quick_part_is_there() -> None:
    from tests.versions import PART, ROOT

    assert [name for name in PART if not (ROOT / name).exists()] == []
