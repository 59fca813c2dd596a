from __future__ import annotations

import re
from dataclasses import replace

import pytest

from nbdoctor.readings.attained import Attained
from nbdoctor.report import Report
from nbdoctor.view.document import document
from nbdoctor.view.html import header
from nbdoctor.view.score_bar import LENGTH, score_bar
from tests.view import patients

KNOWN = Attained(kind="classes", score=0.25, ceiling=0.9, rows=400, counted=400.0, held_out=True)


def report(attained: Attained | None = KNOWN, **changes: str) -> Report:
    readings = {} if attained is None else {"Attained": attained}
    return replace(patients.healthy(), readings=readings, **changes)


def lengths(svg: str) -> list[float]:
    return [float(one) for one in re.findall(r"h([\d.]+)v9h-[\d.]+z\" fill", svg)]


@pytest.mark.parametrize(
    ("score", "length", "said"),
    [(0.25, 95.0, "0.25"), (-0.5, 0.0, "-0.50"), (1.0, 380.0, "1.00")],
)
def test_the_bars_are_as_long_as_the_scores(score: float, length: float, said: str) -> None:
    chart = score_bar(report(replace(KNOWN, score=score)))
    assert chart is not None
    assert lengths(chart.svg) == [length, pytest.approx(0.9 * LENGTH)]
    assert f">{said}</text>" in chart.svg
    assert chart.description.startswith(f"your model {said}, simple models 0.90; 0 is the best")


@pytest.mark.parametrize(
    "without",
    [
        pytest.param(report(None), id="not scored"),
        pytest.param(report(replace(KNOWN, ceiling=None)), id="nothing to compare with"),
        pytest.param(report(replace(KNOWN, ceiling=0.1)), id="a ceiling that proves nothing"),
        pytest.param(report(stage="training"), id="still training"),
    ],
)
def test_there_is_none_where_nothing_can_be_compared(without: Report) -> None:
    assert score_bar(without) is None
    assert document(without, {}).score is None


def test_it_stands_in_the_head_as_a_picture_that_survives_sanitising() -> None:
    of = document(report(), {})
    assert '<div class="nbd-score"><svg' in header(of)
    assert '<div class="nbd-score"><img alt="Score of your model' in header(of, live=False)
    assert "nbd-score" not in header(document(report(None), {}))
