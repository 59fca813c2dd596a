import threading
from typing import Any

import matplotlib as mpl
import pytest

from nbdoctor.view.gauges.picture import own_settings
from nbdoctor.view.palette import INK, TEXT


@pytest.fixture(autouse=True)
def theirs() -> Any:
    with mpl.rc_context({"text.color": "green", "font.size": 31.0}):
        yield


def test_a_picture_of_ours_is_drawn_with_our_settings() -> None:
    before = dict(mpl.rcParams)
    with own_settings():
        assert mpl.rcParams["text.color"] == INK
        assert mpl.rcParams.get("font.size") == TEXT
        assert mpl.rcParams["figure.max_open_warning"] == before["figure.max_open_warning"]
        assert mpl.RcParams({"text.color": "red"})["text.color"] == "red"
    assert dict(mpl.rcParams) == before


def test_another_thread_draws_with_its_own_meanwhile() -> None:
    seen: list[Any] = []

    def look() -> None:
        seen.append(mpl.rcParams["text.color"])
        mpl.rcParams["font.size"] = 32.0

    with own_settings():
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == ["green"]
    assert mpl.rcParams["font.size"] == 32.0


def test_the_settings_are_theirs_again_where_drawing_fails() -> None:
    message = "no ink"
    with pytest.raises(RuntimeError, match=message), own_settings():
        raise RuntimeError(message)
    assert mpl.rcParams["text.color"] == "green"
