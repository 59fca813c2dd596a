"""Which line a finding is about: of the cell, or of an earlier one that builds what it trains."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from nbdoctor.cell.call import Call
from nbdoctor.cell.program import Program
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.lines import layer_lines
from nbdoctor.readings.source import Source, read_source
from nbdoctor.rules.rule import Elsewhere, Finding, Where
from nbdoctor.rules.treatment import Treatment

Readings = Mapping[type[Any], object]


def placed(finding: Finding, readings: Readings) -> Finding:
    """The finding with its line of the cell, where that can be told."""
    if finding.where.line is not None:
        return finding
    source, layers = readings.get(Source), readings.get(Layers)
    lines = {one.name: one.line for one in layers.layers} if isinstance(layers, Layers) else {}
    line = _line(finding.where, source if isinstance(source, Source) else None, lines)
    return replace(finding, where=replace(finding.where, line=line))


def placed_elsewhere(
    finding: Finding,
    readings: Readings,
    program: Program | None,
    treatments: Sequence[Treatment],
) -> Finding:
    """The finding with the line of an earlier cell, where the cell itself has none.

    Parameters
    ----------
    finding : Finding
    readings : mapping of type
    program : Program or None
        The cells that build what the cell trains.
    treatments : sequence of Treatment
        Of the finding: a change of another cell is where its cause stands.
    """
    if finding.where.line is not None or program is None:
        return finding
    there = _by_names(finding.where, readings, program)
    there = there or next(_by_change(treatments, program), None)
    return replace(finding, where=replace(finding.where, elsewhere=there))


def _line(where: Where, source: Source | None, layers: Mapping[str, int | None]) -> int | None:
    if where.layer and layers.get(where.layer) is not None:
        return layers[where.layer]
    if source is None:
        return None
    if call := _call(where.call, source):
        argument = call.argument(where.argument) if where.argument else None
        return argument.line if argument else call.line
    for variable in source.defines:
        if where.variable and variable.name == where.variable:
            return variable.line
    return None


def _call(name: str, source: Source) -> Call | None:
    """The call of that name which is about this training; None where several may be."""
    found = [call for call in source.calls_behind if name and call.name == name]
    if name == "fit":
        found = [call for call in found if call.line == source.fit_line] or found
    return found[0] if len(found) == 1 else None


def _by_names(where: Where, readings: Readings, program: Program) -> Elsewhere | None:
    """The line of an earlier cell that makes the layer, or has the call."""
    source, layers = readings.get(Source), readings.get(Layers)
    if not isinstance(source, Source):
        return None
    whole = _source_of(program, source.fit_line)
    known = [(one.name, one.kind) for one in layers.layers] if isinstance(layers, Layers) else []
    line = _line(where, whole, layer_lines(whole.calls_behind, known))
    part, line = program.place(line) if line is not None else (None, None)
    return _at(part.number, part.source, line) if part is not None and line is not None else None


@lru_cache(maxsize=4)
def _source_of(program: Program, fit_line: int | None) -> Source:
    """All cells as one text, read once for all findings of a cell."""
    return read_source(program.cell, {}, program.line(fit_line))


def _by_change(treatments: Sequence[Treatment], program: Program) -> Iterator[Elsewhere]:
    """The first line of an earlier cell that a treatment changes."""
    sources = {part.number: part.source for part in program.earlier}
    for one in treatments:
        line = _first_changed(one.diff)
        if one.cell_number in sources and line is not None:
            there = _at(one.cell_number, sources[one.cell_number], line)
            if there is not None:
                yield there


def _first_changed(diff: str) -> int | None:
    """The line at which a diff first differs from what was there."""
    line: int | None = None
    for text in diff.split("\n"):
        if begins := re.match(r"@@ -(\d+)", text):
            line = int(begins[1])
        elif line is not None and text[:1] in {"-", "+"}:
            return line
        elif line is not None:
            line += 1
    return None


def _at(number: int, source: str, line: int) -> Elsewhere | None:
    lines = source.split("\n")
    if not 0 < line <= len(lines):
        return None
    return Elsewhere(number=number, line=line, text=lines[line - 1].strip())
