from xml.etree import ElementTree as ET

import pytest

from nbdoctor.view.curves import HELPS, LINE, PLAIN, Curve, apart, picture


@pytest.mark.parametrize(
    ("heights", "moved"),
    [
        pytest.param([10.0, 50.0], [10.0, 50.0], id="far from each other"),
        pytest.param([20.0, 20.0], [20 - LINE / 2, 20 + LINE / 2], id="on each other"),
        pytest.param([24.0, 20.0], [22 + LINE / 2, 22 - LINE / 2], id="the lower one first"),
        pytest.param([30.0, 30.0, 30.0], [30.0 - LINE, 30.0, 30.0 + LINE], id="three"),
        pytest.param(
            [0.0, 60.0, 62.0], [0.0, 61 - LINE / 2, 61 + LINE / 2], id="two of three touch"
        ),
    ],
)
def test_names_move_apart_as_little_as_possible(heights: list[float], moved: list[float]) -> None:
    assert apart(heights) == pytest.approx(moved)


def test_each_curve_is_a_line_with_its_name_and_last_score() -> None:
    curves = [
        Curve("with <it>", (50, 100), (0.4, 0.9), HELPS),
        Curve("as it is", (50,), (0.1,), PLAIN),
    ]
    drawn = ET.fromstring(picture(curves, 100, "Scores", "Two"))  # noqa: S314  (our own)
    lines = [one for one in drawn.iter() if one.tag.endswith("polyline")]
    assert [one.get("stroke-dasharray") for one in lines] == [None, "4 3"]
    assert len((lines[1].get("points") or "").split()) == 1
    texts = [one.text for one in drawn.iter() if one.tag.endswith("text")]
    assert texts == ["0", "1", "0", "100 steps", "with <it> 0.90", "as it is 0.10"]
