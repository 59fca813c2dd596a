"""Sample rows: thumbnails of pictures, and sequences as small lines."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import numpy as np

from nbdoctor.readings.samples import SampleRow, SampleRows, Samples
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges.picture import axes, figure
from nbdoctor.view.gauges.rows import About
from nbdoctor.view.palette import BLUE, SMALL, WIDTH

THUMBNAIL, BETWEEN = 80, 10
"""Pixels of a thumbnail as it is shown, and between two."""

LINE = 44
LABEL_CHARACTERS = 14


def samples(report: Report) -> Iterator[Chart]:
    """A picture per input and part of the data, where rows are pictures or sequences."""
    known: Samples | None = report.readings.get("Samples")
    for rows in known.rows if known is not None else ():
        if rows.form == "pictures":
            yield _thumbnails(rows)
        elif rows.form == "lines":
            yield _lines(rows)


def _about(rows: SampleRows, description: str) -> About:
    return About(
        name=f"samples/{rows.part}/{rows.input}",
        title=f"{wording.count(len(rows.rows), 'row')} of {rows.part}: {rows.input}",
        description=description,
        unit="",
    )


def _called(row: SampleRow) -> str:
    label = wording.shortened(row.labels, LABEL_CHARACTERS)
    return label if row.number is None else f"row {row.number}: {label}"


def _thumbnails(rows: SampleRows) -> Chart:
    drawn = figure(THUMBNAIL + 24)
    for at, row in enumerate(rows.rows):
        left = at * (THUMBNAIL + BETWEEN)
        plot = axes(drawn, left=left, right=WIDTH - left - THUMBNAIL, top=20, bottom=4)
        pixels = np.frombuffer(base64.b64decode(row.pixels), dtype="u1").reshape(rows.shape)
        grey = rows.shape[-1] == 1
        picture = np.repeat(pixels, 3, axis=-1) if grey else pixels
        plot.imshow(picture, interpolation="nearest", aspect="equal")
        plot.set_axis_off()
        drawn.text(left / WIDTH, 0.98, _called(row), va="top", fontsize=SMALL)
    black, white = wording.number(rows.low), wording.number(rows.high)
    above = "its label" if rows.rows[0].number is None else "its row and its label"
    said = f"Above each stands {above}. Black is {black} and white is {white}."
    return _about(rows, said).chart(drawn)


def _lines(rows: SampleRows) -> Chart:
    drawn = figure(LINE * len(rows.rows) + 8)
    for at, row in enumerate(rows.rows):
        top = 4 + at * LINE
        plot = axes(
            drawn, left=130, right=10, top=top, bottom=LINE * (len(rows.rows) - at - 1) + 10
        )
        plot.plot(row.values, color=BLUE, linewidth=1.2)
        plot.set_xticks([])
        plot.set_yticks([])
        plot.set_ylabel(_called(row), fontsize=SMALL, rotation=0, ha="right", va="center")
    return _about(rows, "Each line is one row; each has an axis of its own.").chart(drawn)
