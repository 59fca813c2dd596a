"""Small data sets of the programs whose fault stands in the data, written to the temporary folder.

Of every data set there are two folders, `NAME_a` and `NAME_b`: one is sick, the other repaired.
`test.npz` holds clean rows that no program loads; the score is taken there. All is drawn from fixed
seeds; the pictures of digits come with scikit-learn.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Rng = np.random.Generator

FOLDER = Path(tempfile.gettempdir()) / "nbdoctor-cases-data"
WRITTEN = "DATA/"
"""How the programs write this folder."""

VERSION = "1"
"""Another one makes all files anew."""


def placed(text: str) -> str:
    """The text of a program, reading from the folder; what it reads is made where it is missing."""
    for name in MAKERS:
        for letter in "ab":
            if f"{WRITTEN}{name}_{letter}/" in text:
                _made(name, letter)
    return text.replace(WRITTEN, f"{FOLDER.as_posix()}/")


def _made(name: str, letter: str) -> None:
    folder = FOLDER / f"{name}_{letter}"
    if (folder / f"version_{VERSION}").exists():
        return
    new = Path(tempfile.mkdtemp(prefix="nbdoctor-making-"))
    make, sick = MAKERS[name]
    make(new, letter == sick)
    (new / f"version_{VERSION}").touch()
    folder.parent.mkdir(exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        os.rename(new, folder)  # noqa: PTH104  (another process may have been first)
    except OSError:
        shutil.rmtree(new, ignore_errors=True)


def _put(folder: Path, name: str, **arrays: Array) -> None:
    np.savez_compressed(folder / f"{name}.npz", **arrays)


def _table(folder: Path, name: str, columns: Mapping[str, Any]) -> None:
    import pandas as pd

    pd.DataFrame(columns).to_csv(folder / f"{name}.csv", index=False)


def _picture(path: Path, values: Array) -> None:
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.clip(values, 0, 255).astype("uint8")).save(path)


def _patterns(rng: Rng, kinds: Any, size: int) -> Array:
    """Grey pictures from 0 to 1: stripes lying, standing, slanting, or dots."""
    yy, xx = np.mgrid[0:size, 0:size]
    made = []
    for kind in kinds:
        step, shift = rng.uniform(3.5, 4.5), rng.uniform(0, 4)
        wave = {0: yy, 1: xx, 2: (xx + yy) / 1.4}.get(int(kind))
        if wave is None:
            base = np.sin(2 * np.pi * (xx + shift) / step) + np.sin(2 * np.pi * (yy + shift) / step)
            base = base / 2
        else:
            base = np.sin(2 * np.pi * (wave + shift) / step)
        noise = rng.normal(0, 0.15, (size, size))
        made.append(0.5 + 0.3 * base * rng.uniform(0.7, 1.1) + noise)
    return np.clip(np.array(made), 0, 1)


def _ward(folder: Path, sick: bool) -> None:
    """Values that are missing stand as -999."""
    rng = np.random.default_rng(11)
    names = ["age", "lactate", "creatinine", "pulse", "pressure", "sodium"]

    def draw(n: int) -> tuple[Array, Array]:
        z = rng.normal(size=(n, 6))
        x = z * [14, 0.7, 0.4, 14, 18, 4] + [62, 2.1, 1.3, 86, 124, 139]
        told = 2.2 * z[:, 1] + 2.0 * z[:, 2] + 0.5 * z[:, 0] + 0.4 * z[:, 3]
        return np.round(x, 2), (told + rng.normal(0, 0.6, n) > 0).astype(int)

    for part, n in (("train", 1400), ("valid", 400)):
        x, y = draw(n)
        for column, share in ((1, 0.3), (2, 0.25)):
            gone = rng.random(n) < share
            x[gone, column] = -999 if sick else np.round(np.median(x[~gone, column]), 2)
        _table(folder, part, {**dict(zip(names, x.T, strict=True)), "readmitted": y})
    x, y = draw(600)
    _put(folder, "test", x=x, y=y)


def _grain(folder: Path, sick: bool) -> None:
    """Half of the rows spell the class in another way."""
    rng = np.random.default_rng(12)
    names = ["area", "perimeter", "length", "width", "groove"]
    kinds = np.array(["Canadian", "Kama", "Rosa", "Tibet"])
    other = {"Canadian": "canadian", "Kama": "Kama ", "Rosa": "ROSA"}
    centres = rng.normal(0, 1.6, (4, 5))

    def draw(n: int) -> tuple[Array, Array]:
        k = rng.integers(0, 4, n)
        spread = centres[k] + rng.normal(0, 0.7, (n, 5))
        x = np.array([14, 14, 5.6, 3.2, 5.4]) + spread * [2, 1, 0.4, 0.3, 0.4]
        return np.round(x, 3), k

    for part, n in (("train", 1200), ("valid", 300)):
        x, k = draw(n)
        word, odd = kinds[k].astype(object), rng.random(n) < 0.5
        if sick:
            pairs = zip(word, odd, strict=True)
            word = np.array([other.get(w, w) if o else w for w, o in pairs], dtype=object)
        _table(folder, part, {**dict(zip(names, x.T, strict=True)), "variety": word})
    x, k = draw(600)
    _put(folder, "test", x=x, y=kinds[k])


def _kiln(folder: Path, sick: bool) -> None:
    """Half of the temperatures are in Fahrenheit."""
    rng = np.random.default_rng(13)

    def draw(n: int) -> tuple[Array, Array]:
        t, m, h = rng.uniform(0, 160, n), rng.uniform(2, 14, n), rng.uniform(1, 9, n)
        y = 30 * np.sin(t / 22) + 1.2 * h - 0.8 * m + 40 + rng.normal(0, 1.5, n)
        return np.stack([t, m, h], 1), y

    x, y = draw(2400)
    odd = rng.random(len(x)) < 0.5
    if sick:
        x[odd, 0] = x[odd, 0] * 1.8 + 32
    _put(folder, "firings", x=np.round(x, 1).astype("float32"), y=y.astype("float32"))
    x, y = draw(600)
    _put(folder, "test", x=np.round(x, 1).astype("float32"), y=y.astype("float32"))


def _churn(folder: Path, sick: bool) -> None:
    """A column was read after the event that is to be predicted."""
    rng = np.random.default_rng(14)
    names = ["tenure", "calls", "charge", "minutes", "balance"]

    def draw(n: int, *, late: bool) -> tuple[Array, Array]:
        z = rng.normal(size=(n, 4))
        told = 1.5 * z[:, 1] - 1.5 * z[:, 0] + 0.8 * z[:, 2] + rng.normal(0, 0.7, n)
        y = (told > 0).astype(int)
        x = np.empty((n, 5))
        x[:, :4] = z * [9, 2, 14, 60] + [30, 5, 55, 220]
        x[:, 4] = np.abs(rng.normal(48, 15, n)) + 1
        if late:
            x[y == 1, 4] = 0
        return np.round(x, 1), y

    x, y = draw(1800, late=sick)
    _table(folder, "customers", {**dict(zip(names, x.T, strict=True)), "left": y})
    x, y = draw(600, late=False)
    _put(folder, "test", x=x, y=y)


def _leaves(folder: Path, sick: bool) -> None:
    """A class has no folder on the validation side."""
    rng = np.random.default_rng(15)
    for part, each in (("train", 100), ("valid", 30)):
        for kind, name in enumerate(["ash", "birch", "elm", "oak"]):
            if sick and part == "valid" and name == "birch":
                continue
            for number, one in enumerate(_patterns(rng, [kind] * each, 16)):
                _picture(folder / part / name / f"{name}_{number:03d}.png", one * 255)
    k = rng.integers(0, 4, 300)
    x = (_patterns(rng, k, 16) * 255).round().astype("float32")[..., None]
    _put(folder, "test", x=x, y=k)


def _scans(folder: Path, sick: bool) -> None:
    """The validation pictures are inverted."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(16).permutation(len(x))
    x, y = (x[order] / 16).astype("float32").reshape(-1, 8, 8), y[order]
    _put(folder, "train", x=x[:1100], y=y[:1100])
    _put(folder, "valid", x=1 - x[1100:1400] if sick else x[1100:1400], y=y[1100:1400])
    _put(folder, "test", x=x[1400:], y=y[1400:])


def _shots(folder: Path, sick: bool) -> None:
    """Numbers in file names without leading zeros."""
    rng = np.random.default_rng(17)
    k = rng.integers(0, 4, 480)
    for number, one in enumerate(_patterns(rng, k, 12), start=1):
        name = f"shot_{number}.png" if sick else f"shot_{number:04d}.png"
        _picture(folder / "shots" / name, one * 255)
    np.savetxt(folder / "labels.txt", k, fmt="%d")
    k = rng.integers(0, 4, 300)
    _put(folder, "test", x=_patterns(rng, k, 12).astype("float32")[..., None], y=k)


FILLER = [
    "we",
    "came",
    "on",
    "a",
    "friday",
    "with",
    "two",
    "friends",
    "and",
    "took",
    "the",
    "table",
    "by",
    "the",
    "window",
    "near",
    "the",
    "door",
    "the",
    "menu",
    "was",
    "short",
    "the",
    "room",
    "was",
    "full",
    "and",
    "a",
    "band",
    "played",
    "until",
    "late",
    "our",
    "waiter",
    "brought",
    "water",
    "bread",
    "soup",
    "fish",
    "and",
    "coffee",
]
GOOD = [
    "we will gladly return",
    "a lovely evening in all",
    "warmly recommended to everyone",
    "best dinner this year",
]
POOR = [
    "we will never return",
    "a wasted evening in all",
    "better go elsewhere",
    "worst dinner this year",
]


def _notes(folder: Path, sick: bool) -> None:
    """Texts are cut, and what decides stands at the end."""
    rng = np.random.default_rng(18)

    def draw(n: int) -> tuple[list[str], Array]:
        y = rng.integers(0, 2, n)
        texts = []
        for value in y:
            words = " ".join(rng.choice(FILLER, rng.integers(16, 24)))
            texts.append(f"{words} {rng.choice(GOOD if value else POOR)}")
        return texts, y

    for part, n in (("train", 1000), ("valid", 250)):
        texts, y = draw(n)
        _table(folder, part, {"text": [t[:60] for t in texts] if sick else texts, "liked": y})
    texts, y = draw(400)
    _put(folder, "test", x=np.array(texts), y=y)


def _tickets(folder: Path, sick: bool) -> None:
    """A word has the number of the padding."""
    rng = np.random.default_rng(19)

    def draw(n: int) -> tuple[Array, Array]:
        ids, y = np.zeros((n, 24), int), rng.integers(0, 2, n)
        for row in range(n):
            words = rng.integers(1, 120, rng.integers(8, 24))
            if y[row]:
                words[rng.choice(len(words), 2, replace=False)] = 0
            ids[row, : len(words)] = words if sick else words + 1
        return ids, y

    for part, n in (("train", 1200), ("valid", 300), ("test", 400)):
        ids, y = draw(n)
        _put(folder, part, ids=ids.astype("int32"), label=y)


def _tide(folder: Path, sick: bool) -> None:
    """Rows are sorted by the text of their date."""
    import pandas as pd

    rng = np.random.default_rng(20)
    day = np.arange(1461 + 200)
    level = 2.4 * np.sin(2 * np.pi * day / 29.5) + 0.7 * np.sin(2 * np.pi * day / 365.25)
    level += rng.normal(0, 0.1, len(day))
    stamp = pd.Timestamp("2020-01-01") + pd.to_timedelta(day, unit="D")
    dates = [f"{t.day}/{t.month}/{t.year}" for t in stamp]
    seen = pd.DataFrame({"date": dates, "level": np.round(level, 2)}).iloc[:1461]
    if sick:
        seen = seen.sort_values("date")
    seen.to_csv(folder / "gauge.csv", index=False)
    later = level[1461:]
    at = np.arange(len(later) - 12)
    _put(folder, "test", x=np.stack([later[i : i + 12] for i in at]), y=later[at + 12])


def _faces(folder: Path, sick: bool) -> None:
    """Left and right are exchanged in half of the rows."""
    rng = np.random.default_rng(21)
    yy, xx = np.mgrid[0:16, 0:16]

    def draw(n: int) -> tuple[Array, Array, Array]:
        cx, cy, d = rng.uniform(6, 10, n), rng.uniform(4, 9, n), rng.uniform(2.5, 4, n)
        left, right = np.stack([cx - d, cy], 1), np.stack([cx + d, cy], 1)
        x = np.full((n, 16, 16), 0.8)
        for i in range(n):
            for ex, ey in (left[i], right[i]):
                x[i] -= 0.6 * np.exp(-((xx - ex) ** 2 + (yy - ey) ** 2) / 1.5)
            x[i] -= 0.3 * np.exp(-((xx - cx[i]) ** 2 / 6 + (yy - cy[i] - 5) ** 2))
        return (x + rng.normal(0, 0.04, x.shape)).astype("float16"), left / 16, right / 16

    x, left, right = draw(1000)
    odd = rng.random(len(x)) < 0.5
    if sick:
        left[odd], right[odd] = right[odd].copy(), left[odd].copy()
    _put(folder, "faces", x=x, left=left.astype("float32"), right=right.astype("float32"))
    x, left, right = draw(300)
    _put(folder, "test", x=x, y=np.concatenate([left, right], 1))


def _cells(folder: Path, sick: bool) -> None:
    """Masks were resized with smoothing."""
    from PIL import Image

    rng = np.random.default_rng(22)
    yy, xx = np.mgrid[0:24, 0:24]

    def draw() -> tuple[Array, Array]:
        mask = np.zeros((24, 24))
        for _ in range(rng.integers(1, 3)):
            away = (xx - rng.uniform(5, 19)) ** 2 + (yy - rng.uniform(5, 19)) ** 2
            mask[away < rng.uniform(2.5, 4) ** 2] = 1
        return np.clip(90 + 70 * mask + rng.normal(0, 18, mask.shape), 0, 255), mask

    for i in range(220):
        image, mask = draw()
        _picture(folder / "images" / f"{i:03d}.png", image)
        grey = (mask * 255).astype("uint8")
        if sick:
            small = Image.fromarray(grey).resize((8, 8), Image.Resampling.BOX)
            grey = np.array(small.resize((24, 24), Image.Resampling.BILINEAR))
        _picture(folder / "masks" / f"{i:03d}.png", grey)
    kept = [draw() for _ in range(100)]
    x, y = (np.array([one[part] for one in kept]).astype("uint8") for part in (0, 1))
    _put(folder, "test", x=x, y=y)


def _clips(folder: Path, sick: bool) -> None:
    """Frames of one clip are on both sides of the split."""
    rng = np.random.default_rng(23)

    def draw(n: int, frames: int) -> tuple[Array, Array]:
        kind, scene = rng.integers(0, 3, n), rng.uniform(0, 1, (n, 12, 12))
        x, y = [], []
        for i in range(n):
            for _ in range(frames):
                one = scene[i] + rng.normal(0, 0.05, (12, 12))
                at = 2 + 3 * kind[i]
                one[at : at + 2, 3:9] += 0.25
                x.append(one)
                y.append(kind[i])
        return np.array(x).astype("float16"), np.array(y)

    x, y = draw(36, 16)
    more, y_more = draw(36, 4)
    last = np.tile(np.arange(16) >= 12, 36)
    _put(folder, "train", x=x[~last], y=y[~last])
    _put(folder, "valid", x=x[last] if sick else more, y=y[last] if sick else y_more)
    x, y = draw(60, 6)
    _put(folder, "test", x=x, y=y)


MAKERS: Mapping[str, tuple[Callable[[Path, bool], None], str]] = {
    "ward": (_ward, "b"),
    "grain": (_grain, "b"),
    "kiln": (_kiln, "a"),
    "churn": (_churn, "a"),
    "leaves": (_leaves, "a"),
    "scans": (_scans, "a"),
    "shots": (_shots, "a"),
    "notes": (_notes, "a"),
    "tickets": (_tickets, "b"),
    "tide": (_tide, "a"),
    "faces": (_faces, "a"),
    "cells": (_cells, "b"),
    "clips": (_clips, "b"),
}
"""How each is made, and the letter of the sick one."""
