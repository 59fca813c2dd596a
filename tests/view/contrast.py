"""Contrast as WCAG 2 defines it, of the colours that style sheets and themes name."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

Colour = tuple[float, float, float, float]
"""Red, green, blue and opacity, each from 0 to 1."""

THEMES = Path(sys.prefix, "share", "jupyter", "lab", "themes", "@jupyterlab")
NAMES = {
    "light": "theme-light-extension",
    "dark": "theme-dark-extension",
    "high contrast": "theme-dark-high-contrast-extension",
}
WORDS = {"white": "#ffffff", "black": "#000000", "transparent": "#00000000"}


def luminance(colour: str | Colour) -> float:
    """Relative luminance."""
    rgb = (colour if isinstance(colour, tuple) else parsed(colour))[:3]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str | Colour, other: str | Colour) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def parsed(text: str) -> Colour:
    """A colour as style sheets write it."""
    text = WORDS.get(text.strip(), text.strip())
    if text.startswith("#"):
        digits = text[1:]
        digits = "".join(digit * 2 for digit in digits) if len(digits) < 6 else digits
        red, green, blue, opacity = (
            int((digits + "ff")[place : place + 2], 16) / 255 for place in (0, 2, 4, 6)
        )
        return red, green, blue, opacity
    found = re.fullmatch(r"rgba?\(([^)]*)\)", text)
    assert found, text
    parts = [float(part) for part in found[1].split(",")]
    red, green, blue = (part / 255 for part in parts[:3])
    return red, green, blue, parts[3] if len(parts) > 3 else 1.0


def over(top: Colour, ground: Colour) -> Colour:
    """What is seen of a colour on an opaque ground."""
    red, green, blue = (
        above * top[3] + below * (1 - top[3])
        for above, below in zip(top[:3], ground[:3], strict=True)
    )
    return red, green, blue, 1.0


@cache
def theme(name: str) -> Mapping[str, str]:
    """The variables of a theme of JupyterLab, as it is installed here."""
    text = (THEMES / NAMES[name] / "index.css").read_text(encoding="utf-8")
    return dict(re.findall(r"(--[\w-]+):\s*([^;}]+)", text))


def value(expression: str, variables: Mapping[str, str]) -> Colour:
    """A colour with its variables put in, which may have a fallback."""
    found = re.fullmatch(r"var\((--[\w-]+)(?:,\s*(.*))?\)", expression.strip())
    if not found:
        return parsed(expression)
    name, fallback = found.groups()
    return value(variables.get(name) or fallback, variables)
