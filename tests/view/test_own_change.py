from __future__ import annotations

from collections.abc import Callable

import ipywidgets
import pytest

from nbdoctor.view import own_change
from nbdoctor.view.cell_panel import CellPanel
from nbdoctor.view.own_change import OwnChange, Say
from tests.view import patients

CELL = "model.compile('adam')\nmodel.fit(x, y)"


def made(try_it: Callable[[str, Say], str]) -> OwnChange:
    return OwnChange(CELL, try_it, ipywidgets.Layout())


def test_what_is_written_is_tried_and_the_answer_stands_below() -> None:
    asked: list[str] = []

    def try_it(text: str, say: Say) -> str:
        asked.append(text)
        say("Training with seed 1")
        shown.append(one.answer)
        return "your change  0.95  better <by far>"

    shown: list[str] = []
    one = made(try_it)
    assert one.editor.value == CELL
    one.editor.value = CELL.replace("adam", "sgd")
    one.button.click()
    assert asked == [CELL.replace("adam", "sgd")]
    assert "Training with seed 1" in shown[0]
    assert 'class="nbd-stop"' in shown[0]
    assert "better &lt;by far&gt;" in one.answer
    assert "Training with seed 1" not in one.answer
    assert not one.button.disabled


def test_the_cell_as_it_is_is_not_tried() -> None:
    one = made(lambda *_: pytest.fail("nothing is to be tried"))
    one.editor.value = f"{CELL}\n"
    one.button.click()
    assert own_change.SAME in one.answer


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyboardInterrupt(), own_change.STOPPED),
        (OSError("the disk is full"), "It could not be tried: OSError: the disk is full"),
    ],
)
def test_what_ends_it_is_said_and_the_button_works_again(error: BaseException, words: str) -> None:
    def try_it(_text: str, _say: Say) -> str:
        raise error

    one = made(try_it)
    one.editor.value = "x = 1"
    one.button.click()
    assert words in one.answer
    assert not one.button.disabled


def test_it_stands_below_the_report_once_and_is_closed_with_it() -> None:
    panel = CellPanel(patients.sick())
    panel.offer_change(CELL, lambda *_: "")
    panel.offer_change(CELL, lambda *_: "")
    panel.update(patients.sick(), {})
    *_, last = panel.widget.children
    assert last.titles == (own_change.TITLE,)
    assert len(panel.widget.children) == 2
    closed = [model for model in panel._models() if isinstance(model, ipywidgets.Textarea)]
    panel.close()
    assert [one.comm for one in closed] == [None]
