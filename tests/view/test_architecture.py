"""The tab "Architecture", and the ways between findings, layers and histograms."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.report import Report
from nbdoctor.view import anchors, html
from nbdoctor.view.blocks import Block, Card, Fold, Table, Text
from nbdoctor.view.document import document
from nbdoctor.view.gauges import charts
from nbdoctor.view.markdown import as_markdown
from nbdoctor.view.text import as_text
from tests.view import patients


def blocks(report: Report, title: str = "Architecture") -> tuple[Block, ...]:
    return next(one for one in document(report, {}).sections if one.title == title).blocks


def with_layers(*layers: Layer, total: int = 0, trainable: int = 0, built: bool = True) -> Report:
    report = patients.sick()
    found = Layers(model="net", layers=layers, trainable=trainable, total=total, built=built)
    return replace(report, readings={**report.readings, "Layers": found, "Activations": None})


CONV = Layer(name="net/conv", kind="Conv2D", activation="relu", parameters=100, trained=100)
NORM = Layer(name="net/norm", kind="BatchNormalization", parameters=40, trained=20)
POOL = Layer(name="pool", kind="MaxPooling2D", shape=(None, 4, 4, 8))
HEAD = Layer(name="probs", kind="Dense", parameters=50, shape=(None, 10))
NET = Layer(name="net", kind="Functional", shape=(None, None, 8, 8))


def test_each_layer_has_its_kind_its_output_and_its_parameters() -> None:
    text, fold, table = blocks(with_layers(NET, CONV, NORM, POOL, HEAD, total=190, trainable=120))
    assert isinstance(text, Text)
    assert text.text == "`net`: 4 layers, 190 parameters, 120 trained."
    assert isinstance(table, Table)
    assert table.rows == (
        ("`pool` MaxPooling2D", "4 × 4 × 8", "", ""),  # noqa: RUF001
        ("`probs` Dense", "10", "50", "none"),
    )
    assert isinstance(fold, Fold)
    assert fold.title == (
        "`net` Functional, 2 layers, output any × 8 × 8, 140 parameters, 120 trained"  # noqa: RUF001
    )
    (inner,) = fold.blocks
    assert isinstance(inner, Table)
    assert [(row[0], *row[2:]) for row in inner.rows] == [
        ("`conv` Conv2D, relu", "100", "all"),
        ("`norm` BatchNormalization", "40", "20"),
    ]


def test_the_output_is_what_was_seen_where_it_was() -> None:
    report = with_layers(HEAD)
    seen = Activations(layers=(LayerActivation(layer="probs", kind="Dense", shape=(7,)),), rows=3)
    report = replace(report, readings={**report.readings, "Activations": seen})
    table = next(one for one in blocks(report) if isinstance(one, Table))
    assert table.rows[0][1] == "7"


def test_layers_that_are_not_built_are_told() -> None:
    assert "not built yet" in str(blocks(with_layers(HEAD, built=False)))
    assert "not built yet" not in str(blocks(with_layers(HEAD)))


def test_a_finding_leads_to_its_layer_and_the_layer_back_and_to_its_histograms() -> None:
    report = patients.sick()
    (card, *_) = (one for one in blocks(report, "Findings") if isinstance(one, Card))
    (to_layer,) = card.leads
    (table,) = (one for one in blocks(report) if isinstance(one, Table))
    row = table.anchors.index(to_layer.anchor)
    assert table.rows[row][0].startswith("`dense_0`")
    back, close = table.leads[row]
    assert back.anchor == card.anchor
    assert close.layer == "dense_0"
    drawn = document(report, charts(report)[0])
    (fold,) = (one for section in drawn.sections for one in section.blocks if isinstance(one, Fold))
    assert fold.anchor == close.anchor


def test_every_link_of_a_page_has_its_target_once() -> None:
    for report in (patients.sick(), patients.healthy(), patients.vast(), patients.hostile()):
        drawn = document(report, charts(report)[0])
        for live in (True, False):
            text = html.as_fragment(drawn, live=live)
            targets = re.findall(r' id="([^"]+)"', text)
            assert len(targets) == len(set(targets))
            assert set(re.findall(r'href="#([^"]+)"', text)) <= set(targets)


def test_the_target_of_a_link_is_inside_of_what_unfolds() -> None:
    """A browser unfolds what the target is in, not the target itself."""
    drawn = document(patients.sick(), charts(patients.sick())[0])
    text = html.as_fragment(drawn, live=True)
    assert re.search(r'<div id="nbd-[0-9a-f]{10}"><figure', text)
    assert not re.search(r"<details[^>]* id=", text)


def test_a_live_view_offers_the_histograms_of_every_layer() -> None:
    drawn = document(patients.sick(), {})
    section = next(one for one in drawn.sections if one.title == "Architecture")
    live = html.section_body(section, live=True, offers=True)
    assert re.findall(r'data-nbd-layer="(\w+)"', live)[:2] == ["dense_0", "dense_1"]


def test_reports_of_two_cells_have_other_ids() -> None:
    report = patients.sick()
    other = replace(report, cell_id="another")
    assert anchors.of_layer(report, "a") == anchors.of_layer(report, "a")
    ids = {anchors.of_layer(one, name) for one in (report, other) for name in ("a", "b")}
    assert len(ids | {anchors.of_finding(report, 0), anchors.of_histograms(report, "a")}) == 6


def test_what_was_found_is_unfolded_and_told_in_text_and_markdown() -> None:
    many = [
        Layer(name=f"net/block_{block}_{part}", kind="Dense", parameters=6, trained=6)
        for block in range(20)
        for part in ("one", "two", "three")
    ]
    report = with_layers(NET, *many, total=360, trainable=360)
    finding = report.findings[0]
    where = replace(finding.where, layer="net/block_7_two")
    report = replace(report, findings=(replace(finding, where=where),))
    (_, net) = blocks(report)
    assert isinstance(net, Fold)
    assert net.is_open
    assert [
        one.title.split(",")[0] for one in net.blocks if isinstance(one, Fold) and one.is_open
    ] == ["`block_7`"]
    assert "block_7_two Dense" in as_text(report)
    assert "block_8_two" not in as_text(report)
    for text in (as_text(report), as_markdown(report)):
        row = next(one for one in text.splitlines() if "block_7_two" in one and "6" in one)
        assert "vanishing-gradient" in row
        assert "histograms" not in row


def test_150_layers_are_a_small_part_of_a_message() -> None:
    many = [
        Layer(name=f"dense_{n}", kind="Dense", shape=(None, 64), parameters=4160, trained=4160)
        for n in range(150)
    ]
    of = document(with_layers(*many, total=624_000, trainable=624_000), {}).as_dict()
    section = next(one for one in of["sections"] if one["title"] == "Architecture")
    assert len(json.dumps(section, indent=1)) < 25_000
    assert json.dumps(section).count('leads":') == 1  # to the finding about `dense_0`


def test_a_message_has_the_ways_that_lead_somewhere_and_no_others() -> None:
    report = patients.sick()
    drawn = charts(report)[0]
    with_histograms, without = (document(report, one).as_dict() for one in (drawn, {}))
    for of, texts in ((with_histograms, 2), (without, 1)):
        section = next(one for one in of["sections"] if one["title"] == "Architecture")
        (table,) = (one for one in section["blocks"] if one["kind"] == "table")
        assert [len(row) for row in table["leads"]] == [texts, *[0] * 8]
        assert [bool(one) for one in table["anchors"]] == [True, *[False] * 8]


def test_of_many_layers_a_card_leads_to_the_first_and_counts_the_others() -> None:
    report = patients.sick()
    finding = report.findings[0]
    more = tuple(f"dense_{number}" for number in range(1, 8))
    where = replace(finding.where, layer="dense_0", more_layers=more)
    of = document(replace(report, findings=(replace(finding, where=where),)), {})
    (card,) = (one for one in of.sections[0].blocks if isinstance(one, Card))
    assert [one.text for one in card.leads] == [
        *(f"`dense_{number}`" for number in range(6)),
        "2 more",
    ]
