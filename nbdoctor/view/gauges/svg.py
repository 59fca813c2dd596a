"""Matplotlib's SVG made small, without ids, and in the colours of the page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from nbdoctor.view.gauges.picture import TIP
from nbdoctor.view.palette import INK, SMALL

KEPT_STYLES = {
    "fill",
    "fill-opacity",
    "font-size",
    "font-weight",
    "opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
}

FONT_SIZE = f"{SMALL:g}px"

INHERITED = {
    ("fill", INK),
    ("stroke-linecap", "square"),
    ("text-anchor", "start"),
    ("font-size", FONT_SIZE),
}
"""What the root says already, or what nobody would see."""

DROPPED = {"metadata", "style", "defs"}

TICK = re.compile(r"M[-\d.]+ [-\d.]+[hv]-?[\d.]+")
"""The path of a tick: a short line from its place on."""

LINK = "{http://www.w3.org/1999/xlink}href"
PICTURE = "data:image/png;base64,"

NUMBER = re.compile(r"(?<!\d)-?\d+\.\d+(?:e-?\d+)?")


def as_svg(figure: Figure, title: str, description: str) -> str:
    """`figure` as an `<svg>` that can stand in any page.

    It has no id (so several pictures cannot collide), no style sheet, coordinates to a tenth of
    a pixel, and `currentColor` for ink.
    """
    stream = io.BytesIO()
    FigureCanvasSVG(figure).print_figure(stream, format="svg", metadata={"Date": None})
    drawn = ET.fromstring(stream.getvalue())  # noqa: S314  (matplotlib's own output)
    marks = {f"#{one.get('id')}": one for one in drawn.iter() if one.get("id")}
    width, height = (round(size * 72) for size in figure.get_size_inches())
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width} {height}",
            "width": f"{width}",
            "role": "img",
            "font-family": "system-ui,sans-serif",
            "font-size": FONT_SIZE,
            "fill": "currentColor",
        },
    )
    ET.SubElement(root, "title").text = title
    ET.SubElement(root, "desc").text = description
    root.extend(_together(part for child in drawn for part in _plain(child, marks)))
    return ET.tostring(root, encoding="unicode").replace(INK, "currentColor").replace(" />", "/>")


def _together(parts: Iterable[ET.Element]) -> Iterator[ET.Element]:
    """The same with all ticks of one look as one path."""
    ticks: dict[tuple[tuple[str, str], ...], ET.Element] = {}
    for part in parts:
        place = part.get("d", "")
        if part.tag != "path" or not TICK.fullmatch(place):
            yield part
            continue
        look = tuple(sorted((name, value) for name, value in part.items() if name != "d"))
        known = ticks.setdefault(look, part)
        if known is not part:
            known.set("d", known.get("d", "") + place)
    yield from ticks.values()


def _plain(element: ET.Element, marks: dict[str, ET.Element]) -> Iterator[ET.Element]:
    """`element` and what it holds, without wrappers that say nothing."""
    tag = element.tag.rpartition("}")[2]
    if tag in DROPPED:
        return
    children = [part for child in element for part in _plain(child, marks)]
    if tag == "g":
        yield from _group(element, children)
        return
    if tag == "use":
        yield _mark(element, marks)
        return
    made = ET.Element(tag, _attributes(element))
    made.text = element.text.strip() if element.text else None
    made.extend(children)
    yield made


def _group(element: ET.Element, children: list[ET.Element]) -> Iterator[ET.Element]:
    tip = element.get("id", "")
    attributes = _attributes(element)
    if not children:
        return
    if tip.startswith(TIP):
        group = ET.Element("g", attributes)
        ET.SubElement(group, "title").text = tip.removeprefix(TIP)
        group.extend(children)
        yield group
    elif attributes:
        group = ET.Element("g", attributes)
        group.extend(children)
        yield group
    else:
        yield from children


def _mark(element: ET.Element, marks: dict[str, ET.Element]) -> ET.Element:
    """A marker drawn in its place instead of by reference; the round one as a circle."""
    href = next(value for name, value in element.items() if name.endswith("href"))
    path = marks[href].get("d", "")
    x, y = (_rounded(element.get(axis, "0")) for axis in "xy")
    styles = {**_styles(marks[href].get("style", "")), **_styles(element.get("style", ""))}
    if "C" in path:
        radius = max(float(number) for number in NUMBER.findall(path))
        return ET.Element("circle", {"cx": x, "cy": y, "r": f"{radius:.1f}", **styles})
    if tick := re.fullmatch(r"M0 0([HV])(\S+)", _path(path)):
        return ET.Element("path", {"d": f"M{x} {y}{tick[1].lower()}{tick[2]}", **styles})
    return ET.Element("path", {"d": _path(path), "transform": f"translate({x} {y})", **styles})


def _attributes(element: ET.Element) -> dict[str, str]:
    kept = {
        name: _path(value) if name == "d" else _rounded(value)
        for name, value in element.items()
        if name in {"d", "x", "y", "transform", "width", "height"}
    }
    if element.get(LINK, "").startswith(PICTURE):  # never a reference to anything outside
        kept["href"] = "".join(element.get(LINK, "").split())
    if kept.get("transform", "").startswith("rotate(-0 "):
        del kept["transform"]
    return {**kept, **_styles(element.get("style", ""))}


def _styles(style: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in style.split(";"))
    found = {name.strip(): value.strip() for name, _, value in pairs}
    font = re.search(r"(?<![\d.])([\d.]+)px", found.get("font", ""))
    if font:
        found["font-size"] = f"{float(font[1]):g}px"
    return {
        name: _rounded(value)
        for name, value in found.items()
        if name in KEPT_STYLES and (name, value) not in INHERITED
    }


def _rounded(text: str) -> str:
    tenths = NUMBER.sub(lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), text)
    return " ".join(tenths.replace("\n", " ").split())


def _path(text: str) -> str:
    """A path to a tenth of a pixel, its level and upright lines in their short form."""
    steps = re.findall(r"([MLHVCQz])([^MLHVCQz]*)", _rounded(text))
    written, last = [], ("", "")
    for command, rest in steps:
        point = tuple(rest.split())
        if command == "L" and point == last:
            continue
        if command == "L" and point[1] == last[1]:
            written.append(f"H{point[0]}")
        elif command == "L" and point[0] == last[0]:
            written.append(f"V{point[1]}")
        else:
            written.append(f"{command}{' '.join(point)}")
        last = (point[-2], point[-1]) if point else last
    joined = "".join(written)
    return re.sub(r"(H[-\d.]+)+(?=H)", "", joined)  # of level lines in a row the last one's end
