"""The ids by which one part of a report leads to another."""

from __future__ import annotations

import hashlib

from nbdoctor.report import Report


def of_layer(report: Report, layer: str) -> str:
    """Where the architecture tells of a layer."""
    return _id(report, "layer", layer)


def of_histograms(report: Report, layer: str) -> str:
    """Where the histograms of a layer are."""
    return _id(report, "histograms", layer)


def of_predictions(report: Report) -> str:
    """Where the predictions of the trained model are."""
    return _id(report, "predictions", "")


def of_finding(report: Report, number: int) -> str:
    """Where the card of a finding is; `number` is its place in `Report.findings`."""
    return _id(report, "finding", str(number))


def _id(report: Report, kind: str, name: str) -> str:
    """An id of few characters, whatever is in the name; other reports of a page have other ids."""
    of = (report.cell_id or "", report.source, report.call, report.model, kind, name)
    digest = hashlib.sha256("\n".join(of).encode(errors="replace"))
    return f"nbd-{digest.hexdigest()[:10]}"
