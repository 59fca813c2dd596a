import threading
import warnings
from collections.abc import Callable

import numpy as np
import pytest

from nbdoctor.look.quiet import quiet


def in_a_thread(do: Callable[[], None]) -> list[BaseException]:
    raised: list[BaseException] = []

    def run() -> None:
        try:
            do()
        except BaseException as error:  # noqa: BLE001
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised


def warn() -> None:
    warnings.warn("once", UserWarning, stacklevel=1)


def test_what_we_compute_warns_nobody() -> None:
    before = list(warnings.filters)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("error")
        with quiet(), quiet():
            warn()
            assert np.isnan(np.nanmean(np.zeros(0)))
        with pytest.raises(UserWarning):
            warn()
    assert not told
    assert list(warnings.filters) == before


def test_other_threads_warn_as_before() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with quiet():
            assert [type(one) for one in in_a_thread(warn)] == [UserWarning]
            assert not in_a_thread(lambda: _quietly(warn))
            warn()
        with pytest.raises(UserWarning):
            warn()


def _quietly(do: Callable[[], None]) -> None:
    with quiet():
        do()


def test_a_warning_that_was_shown_is_not_shown_again() -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        for _ in range(3):
            warn()
            with quiet():
                warn()
    assert len(told) == 1


def test_filters_that_others_put_on_top_meanwhile_stay() -> None:
    with warnings.catch_warnings():
        with quiet():
            warnings.filterwarnings("ignore", message="theirs")
            theirs = warnings.filters[0]
        assert warnings.filters[0] is theirs
        assert not any("_QuietThreads" in repr(one) for one in warnings.filters)


def test_no_filter_is_left_in_a_list_that_was_put_aside_meanwhile() -> None:
    before = list(warnings.filters)
    block = quiet()
    aside = warnings.catch_warnings()
    block.__enter__()
    aside.__enter__()
    block.__exit__(None, None, None)
    aside.__exit__(None, None, None)
    assert list(warnings.filters) == before


def test_numpy_raises_for_the_user_and_not_for_us() -> None:
    called: list[str] = []
    before = np.seterrcall(lambda kind, _: called.append(kind))
    try:
        with np.errstate(all="call"):
            with quiet():
                assert np.isinf(np.ones(1) / 0)
                assert np.geterrcall() is not None
            assert not called
            np.ones(1) / 0
        assert called == ["divide by zero"]
    finally:
        np.seterrcall(before)
