"""A message packed, so that the pictures of a large report have room in the notebook.

A report stands in the notebook twice: as data for JupyterLab, and as a page for everything else.
What JupyterLab alone reads may be compressed: its tables and pictures become a fifth. What other
programs may look for stays open: what was found, with its proof and its fixes.
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from nbdoctor.errors.words import sendable

PACKED = 3
"""The version of packed messages: a front end that cannot read them says that it is older."""

INNER = ("document", "fits")
"""Parts of the message that are packed whole."""

CLOSED = ("held", "not_run", "readings")
"""Parts of the report that are packed, most of which the document tells, too."""

RAW = -15
"""DEFLATE without a header, for zlib."""


def packed(message: dict[str, Any]) -> dict[str, Any]:
    """The same message in less room; labextension/src/report/packing.ts reads it."""
    report = dict(message["report"])
    inner: dict[str, Any] = {name: message[name] for name in INNER if name in message}
    inner["report"] = {name: report.pop(name) for name in CLOSED if name in report}
    open_parts = {name: part for name, part in message.items() if name not in inner}
    return {**open_parts, "version": PACKED, "report": report, "packed": _text(inner)}


def unpacked(message: dict[str, Any]) -> dict[str, Any]:
    """The message that was packed; one that is not packed as it is."""
    if message.get("version") != PACKED:
        return message
    inner = json.loads(zlib.decompress(base64.b64decode(message["packed"]), RAW))
    report = {**message["report"], **inner["report"]}
    whole = {**message, **inner, "report": report, "version": PACKED - 1}
    return {name: part for name, part in whole.items() if name != "packed"}


def _text(inner: dict[str, Any]) -> str:
    written = json.dumps(sendable(inner), ensure_ascii=False, separators=(",", ":"))
    press = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, RAW)
    return base64.b64encode(press.compress(written.encode()) + press.flush()).decode()
