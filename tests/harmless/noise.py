"""What two runs of one cell may print otherwise: times, addresses, names with numbers in them."""

from __future__ import annotations

import re
import tempfile

NOISE = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"\x1b\[[0-9;]*[A-Za-z]|\x08+", ""),
        (r"\r", "\n"),
        (r"[\u2501\u2578\u257a]+", "="),
        (r"\b\d+(\.\d+)? ?[mu\u03bc\u00b5]?s(/epoch|/step)?\b", "TIME"),
        (r"Cell In\[\d+\]|<ipython-input-[^>]*>|ipykernel_\d+/\d+\.py", "CELL"),
        (r"0x[0-9a-f]{6,}", "ADDRESS"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,\d]*", "TIME"),
        (re.escape(tempfile.gettempdir()) + r"/[\w./-]*", "PATH"),
        (r"\[?\d+/\d+\]? [=.]+", "BAR"),
        (r"-{20,}", "---"),
        (r"(_on_iterator|__inference_\w+?)_\d+", r"\1"),
        (r"[ \t]+(?=\n|$)", ""),
        (r"\n{2,}", "\n"),
    )
)


def plainer(text: str) -> str:
    """`text` without what differs from run to run."""
    for pattern, word in NOISE:
        text = pattern.sub(word, text)
    return text.strip("\n")
