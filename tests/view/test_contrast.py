"""All text of charts can be read: 4.5:1 on every ground that it may stand on (WCAG 1.4.3)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from nbdoctor.report import Report
from nbdoctor.view import html, palette
from nbdoctor.view.document import document
from nbdoctor.view.gauges import charts, layer_detail
from nbdoctor.view.trying import chart
from tests.view import patients
from tests.view.contrast import NAMES, Colour, contrast, over, parsed, theme, value
from tests.view.random_pictures import random_pictures

READ, SEEN = 4.5, 3.0
"""Least contrast of text, and of marks that carry a meaning."""

LABEXTENSION = Path(__file__).parents[2] / "labextension" / "style" / "base.css"


def declared(css: str, selector: str, name: str) -> str:
    """The value of a property where a style sheet declares it."""
    rules = re.findall(r"([^{}]+){([^{}]*)}", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    bodies = [
        body for names, body in rules if selector in [one.strip() for one in names.split(",")]
    ]
    (found,) = re.findall(rf"(?:^|[;\s]){re.escape(name)}:\s*([^;]+)", "".join(bodies))
    return str(found)


def grounds(name: str) -> Iterator[Colour]:
    """What a report lies on: the notebook, a cell's output, and a card on either."""
    pale = parsed(declared(html.style(), ".nbd-report", "--nbd-pale"))
    for layer in ("--jp-layout-color0", "--jp-layout-color1"):
        ground = value(theme(name)[layer], theme(name))
        yield ground
        yield over(pale, ground)


def test_contrast_is_measured_as_wcag_says() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.01)
    assert over((0, 0, 0, 0.5), (1, 1, 1, 1)) == (0.5, 0.5, 0.5, 1)


@pytest.mark.parametrize("patient", [patients.sick, random_pictures, patients.vast])
def test_text_of_charts_is_the_ink_of_the_page(patient: Callable[[], Report]) -> None:
    """No text has a colour or an opacity of its own, nor does a group around it."""
    report = patient()
    drawn = [one.svg for one in charts(report)[0].values()]
    drawn += [layer_detail(report, "dense_1")] if patient is patients.sick else []
    trial = chart(patients.HELPS, "trial/a")
    drawn += [trial.svg] if trial is not None else []
    texts = 0
    for svg in drawn:
        root = ET.fromstring(svg)  # noqa: S314  (our own)
        assert root.get("fill") == "currentColor"
        for part in root.iter():
            if part is root or not any(one.tag.endswith("text") for one in part.iter()):
                continue
            texts += part.tag.endswith("text")
            assert not {"fill", "opacity", "fill-opacity", "stroke"} & set(part.keys()), svg
    assert texts > 20


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("quiet", [False, True], ids=["ink", "muted"])
def test_ink_is_read_on_every_ground_of_a_theme(name: str, quiet: bool) -> None:
    live = declared(html.style(), ".nbd-muted" if quiet else ".nbd-report", "color")
    stored = declared(
        LABEXTENSION.read_text(encoding="utf-8"),
        ".nbd-Report",
        "--nbd-quiet" if quiet else "--nbd-ink",
    )
    for written in (live, stored):
        ink = value(written, theme(name))
        for ground in grounds(name):
            assert contrast(over(ink, ground), ground) >= READ, (name, written)


@pytest.mark.parametrize("name", NAMES)
def test_marks_are_seen_on_every_ground_of_a_theme(name: str) -> None:
    for colour in (palette.BLUE, palette.GREEN, palette.AMBER, palette.RED):
        assert min(contrast(colour, ground) for ground in grounds(name)) >= SEEN


def test_stored_pictures_bring_a_ground_on_which_their_ink_is_read() -> None:
    assert contrast(palette.PAPER_INK, palette.PAPER) >= READ
    report = patients.sick()
    text = html.as_fragment(document(report, charts(report)[0]), live=False)
    images = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', text)
    assert images
    for image in images:
        root = ET.fromstring(base64.b64decode(image))  # noqa: S314  (our own)
        ground = root[2]
        assert (ground.get("fill"), ground.get("width")) == (palette.PAPER, "100%")
        assert root.get("fill") == palette.PAPER_INK
