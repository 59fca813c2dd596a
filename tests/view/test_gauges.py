from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest

from nbdoctor.readings.histogram import Histogram, histogram
from nbdoctor.readings.history import History
from nbdoctor.readings.input_columns import Column
from nbdoctor.readings.inputs import Inputs
from nbdoctor.readings.weights import Weights
from nbdoctor.readings.weights_left import WeightsLeft
from nbdoctor.report import Report
from nbdoctor.view import palette, wording
from nbdoctor.view.gauges import charts, layer_detail
from nbdoctor.view.gauges.distributions import even_ticks, is_logarithmic
from nbdoctor.view.limits import limit
from tests.view import patients
from tests.view.contrast import contrast
from tests.view.digits import bell
from tests.view.random_pictures import random_pictures

PATIENTS = [patients.sick, patients.healthy, random_pictures, patients.hostile, patients.vast]


@pytest.mark.parametrize("ground", ["#ffffff", "#111111", "#212121"])
@pytest.mark.parametrize("colour", [palette.BLUE, palette.GREEN, palette.AMBER, palette.RED])
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
    assert all(palette.INK not in chart.svg for chart in drawn.values())
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
        "history",
        "timing",
        "close/dense_0",
    }


@pytest.mark.parametrize("patient", PATIENTS)
def test_charts_are_small(patient: Callable[[], Report]) -> None:
    drawn, _ = charts(patient())
    for chart in drawn.values():
        assert len(chart.svg) < 8_000, chart.name


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
    return re.findall(rf"<title>(\w+): [^<]*</title><(?:circle|path) [^>]*{colour}", svg)


def test_layers_where_the_gradient_vanishes_are_red() -> None:
    svg = charts(patients.sick())[0]["gradients"].svg
    assert coloured(svg, palette.RED)[0] == "dense_0"
    assert "probs" not in coloured(svg, palette.RED)
    assert "within 1/10,000 of the last layer" in svg


def test_without_a_finding_no_layer_is_red() -> None:
    svg = charts(replace(patients.sick(), findings=()))[0]["gradients"].svg
    assert coloured(svg, palette.RED) == []
    assert "dense_0" in coloured(svg, palette.BLUE)


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
    assert [fault.part for fault in faults] == ["chart of gradients", "chart of layers"]
    assert "AttributeError" in faults[0].message
    assert {"history", "activations"} <= set(drawn)


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
        "History": History(values={"loss": (float("nan"),) * 3}, epochs=3),
    }
    drawn, faults = charts(replace(report, readings=readings))
    assert not faults
    assert "NaN or infinite" in drawn["activations"].svg
    assert "NaN or infinite" in drawn["gradients"].svg


def test_the_settings_of_the_user_neither_leak_in_nor_change() -> None:
    plain = charts(patients.healthy())[0]["gradients"].svg
    with mpl.rc_context({"axes.grid": True, "font.size": 30, "lines.linewidth": 9}):
        before = dict(mpl.rcParams)
        assert charts(patients.healthy())[0]["gradients"].svg == plain
        assert dict(mpl.rcParams) == before


def test_a_layer_from_close_by_shows_weights_gradients_and_outputs() -> None:
    svg = layer_detail(patients.sick(), "dense_3")
    for words in (
        "kernel: weights",
        "before",
        "after",
        "kernel: gradient of one batch",
        "its output before training",
    ):
        assert f">{words}</text>" in svg
    assert svg.startswith("<svg")


def test_a_layer_without_histograms_has_no_picture() -> None:
    assert layer_detail(patients.sick(), "flatten") == ""


def ticks(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def bars_of(svg: str) -> list[tuple[float, float]]:
    """Start and width of the boxes."""
    boxes = re.findall(r'<path d="M([\d.]+) [\d.]+H([\d.]+)V[\d.]+H[\d.]+(?:V[\d.]+)?z"', svg)
    return [(float(left), float(right) - float(left)) for left, right in boxes]


def with_inputs(**changes: Any) -> Report:
    report = patients.sick()
    inputs: Inputs = report.readings["Inputs"]
    tensor = replace(inputs.tensors[0], **changes)
    return replace(report, readings={**report.readings, "Inputs": Inputs(tensors=(tensor,))})


def test_heavy_tails_are_drawn_on_an_axis_that_says_so() -> None:
    draw = np.random.default_rng(0)
    values = np.concatenate([draw.normal(size=2000), draw.normal(size=20) * 500])
    heavy, even = histogram(values), histogram(values[:2000])
    assert heavy is not None
    svg = charts(with_inputs(histogram=heavy, validation=None))[0]["inputs/keras_tensor"].svg
    said = ticks(svg)
    assert any("logarithmic beyond" in one for one in said)
    assert {"-10", "0", "10"} <= set(said)
    plain = charts(with_inputs(histogram=even, validation=None))[0]["inputs/keras_tensor"].svg
    assert not any("logarithmic" in one for one in ticks(plain))


def test_counts_are_logarithmic_where_one_bar_would_hide_the_others() -> None:
    many = Histogram(low=0, high=10, counts=(100_000, *(20,) * 9))
    even = Histogram(low=0, high=10, counts=(200, *(20,) * 9))
    assert is_logarithmic([100_000.0, *(20.0,) * 9])
    assert not is_logarithmic([200.0, *(20.0,) * 9])
    assert not is_logarithmic([])
    said = ticks(charts(with_inputs(histogram=many, validation=None))[0]["inputs/keras_tensor"].svg)
    assert {"0.1 %", "1 %", "100 %"} <= set(said) or {"0.1 %", "1 %", "10 %"} <= set(said)
    plain = ticks(
        charts(with_inputs(histogram=even, validation=None))[0]["inputs/keras_tensor"].svg
    )
    assert "0 %" in plain


def test_columns_are_drawn_by_class_where_classes_are_few() -> None:
    column = Column(
        name="age", minimum=0, maximum=9, mean=4, std=2, nan=0, inf=0, histogram=bell(0, 9)
    )
    apart = replace(column, by_class=tuple((value, bell(0, 9)) for value in (11.0, 12.0, 13.0)))
    svg = charts(with_inputs(columns=(apart, apart)))[0]["columns/keras_tensor"].svg
    assert "by class" in svg
    assert [one for one in ticks(svg) if one in {"11", "12", "13"}] == ["11", "12", "13"] * 2
    assert (
        "by class"
        not in charts(with_inputs(columns=(column, column)))[0]["columns/keras_tensor"].svg
    )


def test_labels_are_drawn_for_training_beside_validation() -> None:
    svg = charts(patients.sick())[0]["labels/probs"].svg
    said = ticks(svg)
    assert {"training", "validation"} <= set(said)
    assert len([one for one in said if re.fullmatch(r"[\d,]+ \([\d.]+ %\)", one)]) == 20
    alone = patients.sick()
    readings = {name: one for name, one in alone.readings.items() if name != "Validation"}
    said = ticks(charts(replace(alone, readings=readings))[0]["labels/probs"].svg)
    assert "validation" not in said
    assert len([one for one in said if re.fullmatch(r"[\d,]+ \([\d.]+ %\)", one)]) == 10


def test_weights_after_training_lie_over_those_before() -> None:
    svg = layer_detail(patients.sick(), "dense_3")
    assert {"before", "after"} <= set(ticks(svg))
    report = patients.sick()
    readings = {name: one for name, one in report.readings.items() if name != "WeightsLeft"}
    said = ticks(layer_detail(replace(report, readings=readings), "dense_3"))
    assert "after" not in said
    assert "kernel: weights before training" in said


def test_equal_values_are_said_in_words() -> None:
    report = patients.sick()
    weights: Weights = report.readings["Weights"]
    zero = Histogram(low=0, high=0, counts=(64,))
    bias = replace(weights.weights[3], path="dense_3/bias", histogram=zero)
    readings: dict[str, Any] = {**report.readings, "Weights": Weights(weights=(bias,))}
    readings["WeightsLeft"] = WeightsLeft(weights=(bias,))
    assert "all 64 values are 0" in ticks(
        layer_detail(replace(report, readings=readings), "dense_3")
    )
    moved = replace(bias, histogram=bell(-1, 1))
    readings["WeightsLeft"] = WeightsLeft(weights=(moved,))
    said = ticks(layer_detail(replace(report, readings=readings), "dense_3"))
    assert "all 64 values are 0" not in said


def test_one_step_is_a_bar_of_its_parts() -> None:
    svg = charts(patients.sick())[0]["timing"].svg
    said = ticks(svg)
    assert said == ["waiting for the batch 0.4 ms (20 %)", "computing 1.6 ms (80 %)"]
    (first, second) = bars_of(svg)
    assert first[1] / (first[1] + second[1]) == pytest.approx(0.2, abs=0.01)


def test_without_both_times_of_a_step_there_is_no_bar() -> None:
    report = patients.sick()
    pipeline = replace(report.readings["Pipeline"], fetch=None)
    readings = {**report.readings, "Pipeline": pipeline}
    assert "timing" not in charts(replace(report, readings=readings))[0]


def test_severities_of_rows_differ_by_shape() -> None:
    report = patients.sick()
    svg = charts(report)[0]["gradients"].svg
    dots = re.findall(r"<title>(\w+): [^<]*</title><(\w+) ", svg)
    assert ("dense_0", "path") in dots
    assert ("probs", "circle") in dots


def test_a_loss_that_falls_by_far_is_drawn_on_a_logarithmic_axis() -> None:
    report = patients.sick()

    def said(*losses: float) -> list[str]:
        history = History(values={"loss": losses, "accuracy": (0.1,) * len(losses)}, epochs=4)
        readings = {**report.readings, "History": history}
        return ticks(charts(replace(report, readings=readings))[0]["history"].svg)

    assert "loss, logarithmic axis" in said(3000.0, 4.0, 2.0, 1.0)
    assert "loss" in said(4.0, 3.0, 2.0, 1.0)
    assert "loss" in said(3000.0, 4.0, 2.0, 0.0)
    assert "accuracy" in said(4.0, 3.0, 2.0, 1.0)


def test_what_an_axis_measures_is_never_cut_off() -> None:
    """Long names leave little room for the axes; the words under them may be wider."""
    report = patients.sick()
    gradients = report.readings["Gradients"]
    weights = tuple(replace(one, layer="x" * 40 + one.layer) for one in gradients.weights)
    readings = {**report.readings, "Gradients": replace(gradients, weights=weights)}
    svg = charts(replace(report, readings=readings))[0]["gradients"].svg
    place = re.search(r'<text x="([\d.]+)"[^>]*text-anchor="end"[^>]*>gradient norm', svg)
    assert place
    assert float(place[1]) <= palette.WIDTH


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3e-4, 2.4e-4), (-1234, 98765), (0, 5.2e5)])
@pytest.mark.parametrize("width", [110, 220, 480])
def test_numbers_on_an_axis_do_not_touch(low: float, high: float, width: float) -> None:
    found = even_ticks(low, high, width)
    assert found
    assert sum(len(wording.tick(one)) + 2 for one in found) * palette.CHARACTER <= width
    places = [(one - low) / (high - low) * width for one in found]
    lengths = [len(wording.tick(one)) * palette.CHARACTER for one in found]
    for (one, after), two in zip(pairwise(places), pairwise(lengths), strict=True):
        assert after - one >= sum(two) / 2
    assert all(low <= one <= high for one in found)


def test_the_reason_of_a_region_leaves_room_for_the_names_of_series() -> None:
    wide = Histogram(low=-1000, high=1000, counts=(10,) * 20)
    svg = charts(with_inputs(histogram=wide, validation=wide))[0]["inputs/keras_tensor"].svg
    starts = dict(re.findall(r'<text x="([\d.]+)"[^>]*>(up to 10|training)', svg))
    place = {word: float(left) for left, word in starts.items()}
    length = len("up to 10 in size suits new weights") * palette.CHARACTER
    assert place["up to 10"] + length < place["training"]
