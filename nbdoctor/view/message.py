"""A message made short: without ways to nowhere, and with each row of a table as one text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Part = dict[str, Any]


CELLS = "\t"
"""Between the cells of a row: in a notebook's file each item of a list takes a line of its own, and
most of that is blanks."""


def shortened(message: Part) -> Part:
    """The document as plain data, less what would be of no use; changes `message`.

    Histograms are drawn of few layers, and most layers have no finding: for 150 layers ids and
    leads are half of what is written of them.
    """
    parts = list(_parts(message))
    there = {one["anchor"] for one in parts if one.get("anchor")}
    there |= {anchor for one in parts for anchor in one.get("anchors", ())}
    for one in parts:
        _keep_leads(one, there)
    wanted = {lead["anchor"] for one in parts for lead in _leads(one)}
    for one in parts:
        if one["kind"] == "table":
            one["rows"] = [CELLS.join(map(_one_line, row)) for row in one["rows"]]
        if "anchors" in one:
            one["anchors"] = [anchor if anchor in wanted else "" for anchor in one["anchors"]]
            if not any(one["anchors"]):
                del one["anchors"]
        if one["kind"] == "text" and one.get("anchor", "") not in wanted:
            one.pop("anchor", None)
    return message


def _one_line(cell: str) -> str:
    return cell.replace(CELLS, " ")


def _parts(value: Any) -> Iterator[Part]:
    """Every block, whatever it is in."""
    if isinstance(value, dict):
        if "kind" in value:
            yield value
        for inner in value.values():
            yield from _parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _parts(inner)


def _leads(part: Part) -> Iterator[Part]:
    for one in (*part.get("leads", ()), *part.get("see", ())):
        yield from one if isinstance(one, list) else (one,)


def _keep_leads(part: Part, there: set[str]) -> None:
    if "see" in part:
        part["see"] = [one for one in part["see"] if one["anchor"] in there]
        if not part["see"]:
            del part["see"]
    if "leads" not in part:
        return
    if part["kind"] == "table":
        part["leads"] = [[one for one in row if one["anchor"] in there] for row in part["leads"]]
    else:
        part["leads"] = [one for one in part["leads"] if one["anchor"] in there]
    if not any(part["leads"]):
        del part["leads"]
        part.pop("leads_title", None)
