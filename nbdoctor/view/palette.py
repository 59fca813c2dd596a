"""Colours and sizes of pictures."""

from __future__ import annotations

INK = "#010203"
"""Stands for the text colour of the page; no mark has this colour, and all text has."""

BLUE, GREEN, AMBER, RED = "#3d7fd9", "#23946a", "#b3800e", "#d9484f"
"""Neutral, healthy, warning, critical: each at 3:1 or better on white and on #111 (WCAG 1.4.11).

None is dark and light enough for text, which takes 4.5:1 (1.4.3) on both: marks alone have colour.
"""

SIGNS = {"critical": "✖", "warning": "▲", "note": "●", "healthy": "✔", "unknown": "○"}
"""Told apart by their shape, for those who do not see the colour; marks beside lines have them."""

PAPER, PAPER_INK = "#ffffff", "#212121"
"""Ground and ink of a stored picture: an image cannot follow the theme of the page around it."""

WIDTH = 560
"""Of a picture in its own units. It is drawn as wide as its place is, up to 740 pixels (style.css):
a window of 640 pixels leaves it 430, where the smallest text is 9 pixels high."""

TEXT, SMALL = 12.0, 11.5
"""Sizes of text in the picture's own units."""

CHARACTER = 6.6
"""Width of a character of `TEXT` in these units, on average."""
