"""The garbage collector rests while training waits, and is as it was afterwards."""

from __future__ import annotations

import gc

import pytest

from nbdoctor.look.collector import at_rest


@pytest.fixture(params=[True, False], ids=["collecting", "switched off by the user"])
def enabled(request: pytest.FixtureRequest) -> object:
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


def test_it_rests_inside_and_is_as_before_afterwards(enabled: bool) -> None:
    with at_rest():
        assert not gc.isenabled()
        with at_rest():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled() is enabled


def test_it_goes_on_after_an_error(enabled: bool) -> None:
    with pytest.raises(KeyError), at_rest():
        raise KeyError
    assert gc.isenabled() is enabled
