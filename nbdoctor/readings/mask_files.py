"""Picture files that masks are read from, before a threshold made two values of them."""

from __future__ import annotations

import ast
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PosixPath, WindowsPath
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.given import Namespace, TrainingSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]

PICTURES = (".png", ".bmp", ".jpg", ".jpeg", ".tif", ".tiff", ".gif")
MOST_FOLDERS, MOST_LISTED, MOST_FILES = 24, 4000, 24
LARGEST_FILE = 4_000_000
LONGEST_PATH = 1024
SECONDS = 0.4
"""For all files together: a few are read, and none is written."""

TWO, NEAR = 0.6, 0.1
"""Share of the values that are nearly the darkest or the brightest, within a tenth of the range: a
mask has more, a picture less."""

APART = 60.0
WHITE, HALF = 255, 127
RANK = 3
BINARY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskFolder:
    """Masks in one folder, and what the targets made of their grey values.

    Attributes
    ----------
    place : int
        Among the folders that the cell names: its name is not kept.
    files : int
        That were read.
    low, high : float
        The two values that most pixels have.
    grey : float
        Share of pixels with a value between these.
    greys : int
        Different values between these.
    object_above_low, object_above_half : float
        Share of pixels above the lower value, and above the middle of both.
    targets : float
        Share of ones among the targets.
    as_object : bool
        The targets count every grey value as object.
    """

    place: int
    files: int
    low: float
    high: float
    grey: float
    greys: int
    object_above_low: float
    object_above_half: float
    targets: float
    as_object: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskFiles:
    """Folders of masks that the cell names."""

    folders: tuple[MaskFolder, ...]


@reading(
    "the files of masks",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the targets are no masks, or no folder of pictures is named"),
    once=True,
)
def mask_files_of_cell(cell: Cell, namespace: Namespace, rows: TrainingSample) -> MaskFiles | None:
    """Read a few pictures of each folder whose name stands in the cell, where targets are masks."""
    masks = [np.asarray(one) for one in rows.targets.values() if one.ndim >= RANK]
    if len(masks) != 1 or not masks[0].size or "PIL" not in sys.modules:
        return None
    some = masks[0][:: max(1, len(masks[0]) // 64)]
    if len(np.unique(some)) > BINARY or float(some.max()) == float(some.min()):
        return None
    found = list(read_folders(named_folders(cell.tree, namespace), masks[0]))
    return MaskFiles(folders=tuple(found)) if found else None


def named_folders(tree: ast.Module, namespace: Mapping[str, Any]) -> list[Path]:
    """Folders that texts of the cell, or variables that hold texts or paths, lead to."""
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value
    ]
    paths = [
        str(value)
        for name, value in namespace.items()
        if not name.startswith("_") and type(value) in {str, PosixPath, WindowsPath} and str(value)
    ]
    whole = [one for one in dict.fromkeys([*texts, *paths]) if _may_be_a_path(one)]
    roots = [one for one in whole if os.path.isdir(one)]  # noqa: PTH112
    joined = [
        os.path.join(root, part)  # noqa: PTH118
        for root in roots[:MOST_FOLDERS]
        for part in whole[:MOST_FOLDERS]
        if part != root and not os.path.isabs(part)  # noqa: PTH117
    ]
    folders = [*roots, *(one for one in joined if os.path.isdir(one))]  # noqa: PTH112
    return [Path(one) for one in dict.fromkeys(map(os.path.normpath, folders))][:MOST_FOLDERS]


def _may_be_a_path(text: str) -> bool:
    """Whether to ask the disk for it: addresses of other machines are left alone."""
    away = text.startswith(("//", "\\\\")) or "://" in text
    return len(text) < LONGEST_PATH and "\n" not in text and "\0" not in text and not away


def read_folders(folders: Sequence[Path], masks: Array) -> Iterator[MaskFolder]:
    """Describe those folders whose pictures the masks were made from."""
    ends = time.perf_counter() + SECONDS
    for place, folder in enumerate(folders):
        files = _pictures(folder)
        if not files or time.perf_counter() > ends:
            continue
        chosen = evenly_spread(len(files), MOST_FILES)
        read: list[Array] = []
        known = []
        for at in dict.fromkeys(chosen.tolist()):
            if time.perf_counter() > ends:
                break
            values = _values(files[at])
            if values is not None:
                read.append(values)
                known.append(at)
        found = _described(place, read, known, masks)
        if found is not None:
            yield found


def _pictures(folder: Path) -> list[Path]:
    names = []
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= MOST_LISTED:
                    break
                if entry.name.lower().endswith(PICTURES) and entry.is_file():
                    names.append(entry.name)
    except OSError:
        return []
    return [folder / name for name in sorted(names)]


def _values(file: Path) -> Array | None:
    """Grey values of a picture, shape (height, width); None for one of colours."""
    from PIL import Image, UnidentifiedImageError

    try:
        if file.stat().st_size > LARGEST_FILE:
            return None
        with Image.open(file) as picture:
            if picture.mode not in {"L", "RGB", "RGBA", "LA"}:
                return None
            values = np.asarray(picture)
    except (OSError, UnidentifiedImageError, ValueError):
        return None
    if values.ndim == RANK:
        colours = values[..., :RANK] if values.shape[-1] >= RANK else values[..., :1]
        if not (colours == colours[..., :1]).all():
            return None
        values = colours[..., 0]
    return values


def _described(place: int, read: list[Array], known: list[int], masks: Array) -> MaskFolder | None:
    if not read:
        return None
    flat = np.concatenate([one.ravel() for one in read]).astype(np.float64)
    low, high = float(flat.min()), float(flat.max())
    near = NEAR * (high - low)
    if high - low < APART or float(((flat <= low + near) | (flat >= high - near)).mean()) < TWO:
        return None
    ends = (flat == low) | (flat == high)
    middle = (low + high) / 2
    above_low, above_half = float((flat > low).mean()), float((flat > middle).mean())
    targets = float(np.mean(masks))
    return MaskFolder(
        place=place,
        files=len(read),
        low=low,
        high=high,
        grey=float((~ends).mean()),
        greys=len(np.unique(flat[~ends])),
        object_above_low=above_low,
        object_above_half=above_half,
        targets=targets,
        as_object=_counts_greys(read, known, masks, low),
    )


def _counts_greys(read: list[Array], known: list[int], masks: Array, low: float) -> bool:
    """Whether each mask is where its file is above the lower value, row by row."""
    pairs = [
        (values > low, masks[at].reshape(values.shape) > 0)
        for values, at in zip(read, known, strict=True)
        if at < len(masks) and masks[at].size == values.size
    ]
    return bool(pairs) and all(np.array_equal(one, other) for one, other in pairs)
