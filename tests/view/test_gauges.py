from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest

from nbdoctor.readings.history import History
from nbdoctor.report import Report
from nbdoctor.view.gauges import charts, layer_detail, picture
from nbdoctor.view.limits import limit
from tests.view import patients
from tests.view.random_pictures import random_pictures

PATIENTS = [patients.sick, patients.healthy, random_pictures, patients.hostile, patients.vast]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_says() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)


@pytest.mark.parametrize("ground", ["#ffffff", "#111111", "#212121"])
@pytest.mark.parametrize("colour", [picture.BLUE, picture.GREEN, picture.AMBER, picture.RED])
def test_colours_read_on_light_and_dark(colour: str, ground: str) -> None:
    assert contrast(colour, ground) >= 3


@pytest.mark.parametrize("patient", PATIENTS)
def test_every_chart_is_xml_with_a_title_a_description_and_no_id(
    patient: Callable[[], Report],
) -> None:
    drawn, faults = charts(patient())
    assert not faults
    for chart in drawn.values():
        root = ET.fromstring(chart.svg)  # noqa: S314  (our own)
        assert root.get("role") == "img"
        assert [child.tag.rpartition("}")[2] for child in root][:2] == ["title", "desc"]
        assert not re.search(r"\s(id|class|style|clip-path)=", chart.svg)
        assert "NaN" not in re.sub(r"<(title|desc|text)[^>]*>[^<]*", "", chart.svg)


def test_ink_is_the_colour_of_the_page() -> None:
    drawn, _ = charts(patients.sick())
    assert all(picture.INK not in chart.svg for chart in drawn.values())
    assert all('fill="currentColor"' in chart.svg for chart in drawn.values())


def test_there_is_a_picture_for_every_reading_that_has_one() -> None:
    drawn, _ = charts(patients.sick())
    assert set(drawn) == {
        "inputs/keras_tensor",
        "columns/keras_tensor",
        "labels/probs",
        "gradients",
        "updates",
        "activations",
        "loss",
        "history",
        "timing",
    }


@pytest.mark.parametrize("patient", PATIENTS)
def test_charts_are_small(patient: Callable[[], Report]) -> None:
    drawn, _ = charts(patient())
    for chart in drawn.values():
        assert len(chart.svg) < (9_000 if chart.name.startswith("columns") else 8_000), chart.name


def test_text_stays_text() -> None:
    drawn, _ = charts(patients.sick())
    assert ">dense_0</text>" in drawn["gradients"].svg


def test_a_hostile_name_is_only_text() -> None:
    drawn, _ = charts(patients.hostile())
    svg = drawn["gradients"].svg
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def coloured(svg: str, colour: str) -> list[str]:
    """Layers whose dot has this colour, read from the tooltips."""
    return re.findall(rf"<title>(\w+): [^<]*</title><circle [^>]*{colour}", svg)


def test_layers_where_the_gradient_vanishes_are_red() -> None:
    svg = charts(patients.sick())[0]["gradients"].svg
    assert coloured(svg, picture.RED)[0] == "dense_0"
    assert "probs" not in coloured(svg, picture.RED)
    assert "within 1/10,000 of the last layer" in svg


def test_without_a_finding_no_layer_is_red() -> None:
    svg = charts(replace(patients.sick(), findings=()))[0]["gradients"].svg
    assert coloured(svg, picture.RED) == []
    assert "dense_0" in coloured(svg, picture.BLUE)


def test_the_healthy_region_is_the_rules_own() -> None:
    assert limit("vanishing-gradient", "gradient") == 1e-4
    assert limit("unscaled-inputs", "largest") == 10
    assert limit("no-such-rule", "most") is None


def test_the_expected_scale_is_drawn_only_where_a_rule_says_so() -> None:
    words = "suits new weights"
    assert words in charts(patients.sick())[0]["inputs/keras_tensor"].svg
    assert words not in charts(patients.healthy())[0]["inputs/keras_tensor"].svg


def test_a_chart_that_fails_is_one_fault_and_the_others_are_drawn() -> None:
    report = patients.sick()
    broken: dict[str, Any] = {**report.readings, "Gradients": object()}
    drawn, faults = charts(replace(report, readings=broken))
    assert [fault.part for fault in faults] == ["chart of gradients"]
    assert "AttributeError" in faults[0].message
    assert {"loss", "activations"} <= set(drawn)


def test_numbers_that_are_not_finite_are_told_and_drawn_as_far_as_they_go() -> None:
    report = patients.sick()
    sick: dict[str, Any] = report.readings
    layers = tuple(
        replace(layer, spread=float("nan"), non_finite=5) for layer in sick["Activations"].layers
    )
    weights = tuple(
        replace(weight, norms=(float("inf"),), non_finite=True)
        for weight in sick["Gradients"].weights
    )
    readings = {
        **sick,
        "Activations": replace(sick["Activations"], layers=layers),
        "Gradients": replace(sick["Gradients"], weights=weights),
        "LossAtInit": replace(sick["LossAtInit"], reported=float("nan"), rehearsed=float("inf")),
        "History": History(values={"loss": (float("nan"),) * 3}, epochs=3),
    }
    drawn, faults = charts(replace(report, readings=readings))
    assert not faults
    assert "NaN or infinite" in drawn["activations"].svg
    assert "NaN or infinite" in drawn["gradients"].svg
    assert ">NaN</text>" in drawn["loss"].svg


def test_the_settings_of_the_user_neither_leak_in_nor_change() -> None:
    plain = charts(patients.healthy())[0]["gradients"].svg
    with mpl.rc_context({"axes.grid": True, "font.size": 30, "lines.linewidth": 9}):
        before = dict(mpl.rcParams)
        assert charts(patients.healthy())[0]["gradients"].svg == plain
        assert dict(mpl.rcParams) == before


def test_a_layer_from_close_by_shows_weights_gradients_and_outputs() -> None:
    svg = layer_detail(patients.sick(), "dense_3")
    for words in (
        "kernel: weights before training",
        "kernel: gradient of one batch",
        "its output before training",
    ):
        assert f">{words}</text>" in svg
    assert svg.startswith("<svg")


def test_a_layer_without_histograms_has_no_picture() -> None:
    assert layer_detail(patients.sick(), "flatten") == ""
