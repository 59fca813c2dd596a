"""A quiet matplotlib picture as SVG that follows the theme of the page it stands in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nbdoctor.backend.patching import Patch
from nbdoctor.look.quiet import quiet
from nbdoctor.view.palette import AMBER, BLUE, INK, RED, SMALL, TEXT, WIDTH

COLOURS = {"critical": RED, "warning": AMBER, "note": BLUE, None: BLUE}

TIP = "nbd-tip:"
"""Begins the id of an artist whose tooltip is the rest of it."""

_LOCK = threading.Lock()


class _Drawing(threading.local):
    """The settings of this thread while it draws a picture of ours."""

    settings: Mapping[str, Any] | None = None


_drawing = _Drawing()

_DRAWN = {
    *("axes", "figure", "font", "hatch", "lines", "mathtext", "patch", "path"),
    *("savefig", "svg", "text", "xtick", "ytick"),
}
"""Groups of settings that a picture depends on."""

_OWN: dict[str, Any] = {
    "svg.fonttype": "none",  # text stays text
    "font.family": ["sans-serif"],
    "font.size": TEXT,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": TEXT,
    "text.parse_math": False,  # a user's name may hold a dollar sign
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@contextmanager
def own_settings() -> Iterator[None]:
    """Matplotlib as it comes, less what the user changed, in this thread alone.

    `rc_context` would change the settings of the process, in which the user may be drawing.
    """
    with _LOCK, quiet(), Patch(mpl.RcParams, "__getitem__", _around_setting):
        before, _drawing.settings = _drawing.settings, _settings()
        try:
            yield
        finally:
            _drawing.settings = before


@cache
def _settings() -> Mapping[str, Any]:
    """What a picture depends on, in the form that matplotlib keeps it in."""
    drawn = {
        name: value
        for name, value in mpl.rcParamsDefault.items()
        if name.partition(".")[0] in _DRAWN
    }
    kept: Any = mpl.RcParams(drawn | _OWN)  # checks and converts each
    return dict(kept)


def _around_setting(get: Callable[..., Any]) -> Callable[..., Any]:
    """Looks up a setting: ours where this thread draws a picture of ours."""

    def looked_up(settings: mpl.RcParams, name: str) -> Any:
        own = _drawing.settings
        if own is None or settings is not mpl.rcParams or name not in own:
            return get(settings, name)
        return own[name]

    return looked_up


def figure(height: float, width: float = WIDTH) -> Figure:
    """An empty figure of so many pixels, with a transparent background."""
    made = Figure(figsize=(width / 72, height / 72), dpi=72)
    made.patch.set_visible(False)
    return made


def axes(
    of: Figure,
    *,
    left: float = 60,
    right: float = 16,
    top: float = 22,
    bottom: float = 36,
) -> Axes:
    """Axes with these margins in pixels, two spines and no grid."""
    width, height = of.get_size_inches() * 72
    box = (left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height)
    made = of.add_axes(box)
    made.patch.set_visible(False)
    for side in ("left", "bottom"):
        made.spines[side].set_alpha(0.5)
    made.tick_params(length=3, width=0.6)
    made.minorticks_off()
    return made


def cell(of: Figure, corner: tuple[float, float], size: tuple[float, float]) -> Axes:
    """Axes of this size in pixels; `corner` is left and top."""
    (left, top), (width, height) = corner, size
    across, down = of.get_size_inches() * 72
    return axes(of, left=left, right=across - left - width, top=top, bottom=down - top - height)


def tip(artist: Artist, text: str) -> None:
    """Give a mark a tooltip."""
    artist.set_gid(f"{TIP}{text}")
