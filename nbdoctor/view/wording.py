"""How numbers, shares, times and counts are written on screen."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence

from nbdoctor.rules.figures import enumerated
from nbdoctor.rules.rule import Value

MOST_PLAIN = 1e7
"""From here on a number is written with an exponent: more digits are not read at a glance."""

LEAST_PLAIN = 1e-3
"""Below this a number is written with an exponent: leading zeros are miscounted."""

MINUTE, HOUR = 60, 3600

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float | None) -> str:
    """`value` with three significant digits: "0.0312", "32,557", "1.3e-5"."""
    if value is None:
        return "unknown"
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}infinity"
    if abs(value) < 1000 and not isinstance(value, int):  # noqa: PLR2004
        value = float(f"{value:.6g}")  # what single precision adds beyond is noise
    size = abs(value)
    if isinstance(value, int) or (value == int(value) and size < MOST_PLAIN):
        return f"{int(value):,}"
    if size >= MOST_PLAIN or size < LEAST_PLAIN:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa.removesuffix('.0')}e{int(exponent)}"
    if 1 <= size < 10:  # noqa: PLR2004
        return f"{value:.2f}"
    return f"{value:,.0f}" if size >= 1000 else f"{value:.3g}"  # noqa: PLR2004


def value(of: Value) -> str:
    """A measured value as text."""
    return of if isinstance(of, str) else number(of)


def share(part: float | None) -> str:
    """`part` of 1 in percent with two significant digits."""
    if part is None:
        return ""
    percent = 100 * part
    if not math.isfinite(percent):
        return number(percent)
    if percent and abs(percent) < 0.01:  # noqa: PLR2004
        return "< 0.01 %"
    if 99 < percent < 100:  # noqa: PLR2004  (99.7 must not be rounded to all)
        return f"{math.floor(percent * 10) / 10:g} %"
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %"  # noqa: PLR2004


def seconds(time: float | None) -> str:
    """A duration: "12 ms", "0.42 s", "3 min 20 s", "1 h 5 min"."""
    if time is None:
        return "not measured"
    if not math.isfinite(time):
        return "unknown"
    if time < 0.1:  # noqa: PLR2004
        return f"{max(time * 1000, 0):.2g} ms"
    if round(time) < MINUTE:
        return f"{time:.2g} s"
    minutes, rest = divmod(round(time), MINUTE)
    if time < HOUR:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // MINUTE:,} h {minutes % MINUTE} min"


def used(time: float, allowed: float | None) -> str:
    """A duration of those that there were: "9.6 of 10 s"."""
    said = seconds(time)
    if allowed is None:
        return said
    whole = seconds(allowed)
    if time > allowed and said != whole:
        return f"{said}, more than the {whole} allowed"
    same = said.partition(" ")[2] == whole.partition(" ")[2]
    return f"{said.partition(' ')[0] if same else said} of {whole}"


def count(many: int, what: str, plural: str = "") -> str:
    """`many` of `what`: "1 row", "32 rows"."""
    return f"{many:,} {what if many == 1 else plural or what + 's'}"


def listed(names: Iterable[str]) -> str:
    """Names in a sentence: "`a`, `b` and `c`"."""
    return enumerated([code(name) for name in names])


def code(name: str) -> str:
    """A user's own name, marked as code; its own backticks cannot end the mark."""
    return f"`{name.replace('`', chr(0x2019))}`"


def shape(sizes: Sequence[int | None]) -> str:
    """The shape of one row: "28 by 28 by 1" with signs, "64 values", "one value"."""
    written = ["any" if size is None else f"{size:,}" for size in sizes]
    if len(written) > 1:
        return " × ".join(written)  # noqa: RUF001  (the sign is meant)
    return f"{written[0]} values" if written and written != ["1"] else "one value"


def span(low: float | None, high: float | None) -> str:
    """A range: "0 to 16"."""
    return "" if low is None or high is None else f"{number(low)} to {number(high)}"


def tick(place: float) -> str:
    """A number on an axis, where its neighbours tell the digits that count."""
    return number(place) if abs(place) >= 1000 else f"{place:.3g}".replace("e-0", "e-")  # noqa: PLR2004


def power(value: float) -> str:
    """A power of ten as an axis writes it: "10⁻⁵", and "0.1", "1", "10" where that is short."""
    exponent = round(math.log10(value))
    if -2 <= exponent <= 2:  # noqa: PLR2004
        return f"{10.0**exponent:g}"
    return f"10{str(exponent).translate(SUPERSCRIPT)}"


def short_count(many: float) -> str:
    """A count on an axis: "0", "850", "1.2k", "30k", "2M"."""
    for size, sign in ((1e6, "M"), (1e3, "k")):
        if many >= size:
            return f"{many / size:.2g}{sign}" if many < 100 * size else f"{many / size:.0f}{sign}"
    return f"{many:g}"


def shortened(name: str, most: int = 24) -> str:
    """`name` with its middle left out where it is longer than `most` characters."""
    if len(name) <= most:
        return name
    half = (most - 1) // 2
    return f"{name[:half]}…{name[len(name) - half :]}"


def told_apart(names: Sequence[str], most: int = 24) -> list[str]:
    """Names of at most so many characters, cut where they are equal and not where they differ.

    Of those that would be cut to the same, the beginning and the end that they share are cut
    first; names that are equal even so are numbered.
    """
    alike: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        alike.setdefault(shortened(name, most), []).append(name)
    cut = {name: one for group in alike.values() for name, one in _apart(group, most)}
    short = [cut[name] for name in names]
    equal = {name for name in short if short.count(name) > 1}
    return [
        _numbered(name, place, most) if name in equal else name
        for place, name in enumerate(short, start=1)
    ]


def _apart(names: Sequence[str], most: int) -> Iterator[tuple[str, str]]:
    """Each name with what is left of it, where all of them would be cut to the same."""
    several = len(names) > 1
    start = _shared_start(names) if several else 0
    end = _shared_start([name[start:][::-1] for name in names]) if several else 0
    for name in names:
        yield name, shortened(_without_shared(name, start, end, most) if several else name, most)


def _numbered(name: str, place: int, most: int) -> str:
    mark = f" ({place})"
    return f"{shortened(name, most - len(mark))}{mark}"


def _shared_start(names: Sequence[str]) -> int:
    """Characters with which all begin, without digits at their end: these are part of a number."""
    together = itertools.takewhile(
        lambda letters: len(set(letters)) == 1, zip(*names, strict=False)
    )
    return len("".join(letters[0] for letters in together).rstrip("0123456789"))


def _without_shared(name: str, start: int, end: int, most: int) -> str:
    """The part in which a name differs, with as much as there is room for of what is around it."""
    stop = len(name) - end
    room = max(most - (stop - start) - 2, 0)
    after = min(end, room // 2)
    before = min(start, room - after)
    head = f"{name[:before]}…" if before < start else name[:start]
    tail = f"…{name[len(name) - after :]}" if after < end else name[stop:]
    return f"{head}{name[start:stop]}{tail}"
