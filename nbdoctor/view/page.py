"""A rule's manual page as HTML, the command that prints it, and text with marked code as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape


def command(rule: str) -> str:
    """What prints the manual page of a rule in a terminal."""
    return f"python -m nbdoctor explain {rule}"


def marked(text: str) -> str:
    """`text` with what stands in backticks as code, everything escaped."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # an odd backtick marks nothing
        return escape(text)
    return "".join(
        f"<code>{escape(part)}</code>" if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


def as_html(page: str) -> str:
    """A page in the little Markdown that rules are written in."""
    return "".join(_blocks(page))


def _blocks(page: str) -> Iterator[str]:
    """Headings, fenced code, lists and paragraphs."""
    for place, part in enumerate(re.split(r"^```\w*\n?", page, flags=re.MULTILINE)):
        if place % 2:
            yield f"<pre>{escape(part.rstrip())}</pre>"
            continue
        for block in re.split(r"\n\s*\n", part):
            yield from _prose(block.strip("\n"))


def _prose(block: str) -> Iterator[str]:
    heading, _, rest = block.partition("\n")
    if heading.startswith("#"):
        yield f"<p><strong>{marked(heading.lstrip('# '))}</strong></p>"
        block = rest
    lines = [line.strip() for line in block.splitlines() if line.strip()]
    if not lines:
        return
    if lines[0].startswith("- "):
        items = re.split(r"(?:^|\n)- ", "\n".join(lines))
        yield f"<ul>{''.join(f'<li>{marked(item)}</li>' for item in items if item)}</ul>"
    else:
        yield f"<p>{marked(' '.join(lines))}</p>"
