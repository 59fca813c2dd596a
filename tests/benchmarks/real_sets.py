"""Real data that packages ship: tables, pictures, masks, texts and series, read from their files.

The packages are those of the extra `benchmark`, and some that nbdoctor needs anyhow. None of them
is imported: their files are read where they lie.
"""

from __future__ import annotations

import ast
import importlib.util
import io
import json
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Array = np.ndarray[Any, Any]

MOST_ROWS = 1600
LARGEST_TABLE = 4_000_000
PARTS = ("train", "valid", "test")
SHARES = (0.6, 0.8)
FEW_WORDS = 8
"""Texts of a column are categories where there are no more different ones."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some rows of a set: a table with `target`, or arrays, texts or a series."""

    x: Any
    y: Any = None


@dataclass(frozen=True, kw_only=True)
class RealSet:
    """A set, split as its program reads it.

    Attributes
    ----------
    name : str
    kind : str
        "classes", "numbers" (tables), "pictures", "masks", "texts" or "series".
    parts : mapping of str to Part
        "train", "valid", "test"; no program reads the last one.
    facts : mapping
        What else a fault needs to know.
    """

    name: str
    kind: str
    parts: Mapping[str, Part]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Where a table lies, and what is predicted of it."""

    package: str
    file: str
    target: str
    drop: str = ""
    separator: str = ","
    numbers: bool = True


def folder_of(package: str) -> Path:
    """Where a package lies, without importing it."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        message = f"{package} is missing: install the extra `benchmark`"
        raise ModuleNotFoundError(message)
    return Path(found.submodule_search_locations[0])


@cache
def archive() -> dict[str, bytes]:
    """The tables of R's packages that `pydataset` ships, by file name."""
    with tarfile.open(folder_of("pydataset") / "resources.tar.gz") as packed:
        found: dict[str, bytes] = {}
        for member in packed:  # in their order: going back unpacks all once more
            opened = packed.extractfile(member) if member.name.endswith(".csv") else None
            if opened is not None and member.size <= LARGEST_TABLE:
                found[member.name] = opened.read()
    files: dict[str, bytes] = {}
    for name in sorted(found):
        files.setdefault(Path(name).stem, found[name])
    return files


def frame_of(table: Table) -> pd.DataFrame:
    """The table as it was shipped."""
    if table.package == "pydataset":
        return pd.read_csv(io.BytesIO(archive()[table.file]), index_col=0)
    path = folder_of(table.package) / table.file
    if path.suffix == ".json":
        return pd.DataFrame(json.loads(path.read_text(encoding="utf-8")))
    return pd.read_csv(path, sep=table.separator)


def prepared(table: Table) -> pd.DataFrame:
    """Words of a few kinds as columns of 0 and 1, other words left out, and the target last."""
    frame = frame_of(table).drop(columns=table.drop.split())
    frame = frame[frame[table.target].notna()]
    target = frame.pop(table.target)
    columns: dict[str, Any] = {}
    for name in frame.columns:
        values = frame[name]
        if pd.api.types.is_numeric_dtype(values) and values.dtype.kind in "iuf":
            columns[str(name)] = values
            continue
        kinds = sorted(values.dropna().astype(str).unique())
        if 1 < len(kinds) <= FEW_WORDS:
            for kind in kinds[1:]:
                columns[f"{name}_{kind}"] = (values.astype(str) == kind).astype(int)
    if not table.numbers:
        kinds = sorted(target.unique())
        target = target.map({kind: number for number, kind in enumerate(kinds)})
    return pd.DataFrame({**columns, "target": target.to_numpy()}).reset_index(drop=True)


SCIKIT = "sklearn.datasets.data"
PLAIN: dict[str, Table] = {
    "fair": Table("statsmodels", "datasets/fair/fair.csv", "rate_marriage"),
    "randhie": Table("statsmodels", "datasets/randhie/randhie.csv", "mdvis"),
    "modechoice": Table(
        "statsmodels",
        "datasets/modechoice/modechoice.csv",
        "choice",
        "individual",
        ";",
        numbers=False,
    ),
    "star98": Table("statsmodels", "datasets/star98/star98.csv", "PR50M", "MATHTOT"),
    "cars": Table("vega_datasets", "_data/cars.json", "Miles_per_Gallon", "Name Year"),
    "weather": Table(
        "vega_datasets", "_data/seattle-weather.csv", "weather", "date", numbers=False
    ),
    "penguins": Table("palmerpenguins", "data/penguins.csv", "species", numbers=False),
}
OF_R: dict[str, tuple[str, str, bool]] = {
    # file: target, columns left out, whether the target is a number
    "Boston": ("medv", "", True),
    "biopsy": ("class", "ID", False),
    "Pima.te": ("type", "", False),
    "diamonds": ("price", "", True),
    "Housing": ("price", "", True),
    "Computers": ("price", "", True),
    "Caschool": ("testscr", "distcod readscr mathscr", True),
    "Hdma": ("deny", "", False),
    "Crime": ("crmrte", "county", True),
    "Salaries": ("salary", "", True),
    "nlschools": ("lang", "class", True),
    "Cigar": ("sales", "state", True),
    "Males": ("wage", "nr", True),
    "turnout": ("vote", "", False),
    "dietox": ("Weight", "Pig Litter", True),
    "flchain": ("death", "futime chapter", False),
    "bfi": ("gender", "", False),
    "GaltonFamilies": ("childHeight", "family", True),
    "Treatment": ("treat", "", False),
    "crabs": ("sp", "index", False),
    "Produc": ("gsp", "", True),
    "quakes": ("stations", "", True),
    "synth.te": ("yc", "", False),
    "baseball": ("r", "id year team", True),
    "Griliches": ("lw", "lw80", True),
    "Wages": ("lwage", "", True),
    "summer": ("O3", "", True),
    "winter": ("NO2", "", True),
    "spruce": ("logsize", "id", True),
    "Mode": ("choice", "", False),
    "sat.act": ("SATQ", "", True),
    "BudgetUK": ("wfood", "", True),
}
PLAIN |= {
    file: Table("pydataset", file, target, drop, numbers=numbers)
    for file, (target, drop, numbers) in OF_R.items()
}


def split_rows(rows: int, seed: int = 7) -> dict[str, Array]:
    """Which rows each part has."""
    order = np.random.default_rng(seed).permutation(rows)[:MOST_ROWS]
    first, second = (int(share * len(order)) for share in SHARES)
    return dict(zip(PARTS, np.split(order, [first, second]), strict=True))


def plain_table(name: str) -> RealSet:
    """A table of `PLAIN`."""
    return table_set(name, prepared(PLAIN[name]), numbers=PLAIN[name].numbers)


def table_set(name: str, frame: pd.DataFrame, *, numbers: bool) -> RealSet:
    """A table, split at random."""
    parts = {part: Part(x=frame.iloc[rows]) for part, rows in split_rows(len(frame)).items()}
    return RealSet(name=name, kind="numbers" if numbers else "classes", parts=parts)


def of_scikit(name: str) -> RealSet:
    """A table that scikit-learn ships as a file of its own form."""
    folder = folder_of("sklearn") / "datasets" / "data"
    if name == "diabetes":
        x, y = (
            np.loadtxt(folder / f"diabetes_{part}.csv.gz")  # unpacked by its name
            for part in ("data_raw", "target")
        )
        names = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
        return table_set(name, pd.DataFrame({**dict(zip(names, x.T, strict=True)), "target": y}),
                         numbers=True)  # fmt: skip
    file = {"iris": "iris", "wine": "wine_data", "cancer": "breast_cancer"}[name]
    values = np.loadtxt(folder / f"{file}.csv", delimiter=",", skiprows=1)
    names = [f"{name}_{at}" for at in range(values.shape[1] - 1)]
    frame = pd.DataFrame(values[:, :-1], columns=names)
    frame["target"] = values[:, -1].astype(int)
    return table_set(name, frame, numbers=False)


def picture(file: str) -> Array:
    """A picture that scikit-image or scikit-learn ships."""
    from PIL import Image

    folder = folder_of("skimage") / "data"
    path = folder / file
    if not path.exists():
        path = folder_of("sklearn") / "datasets" / "images" / file
    return np.asarray(Image.open(path))


def of_pictures(name: str, x: Array, y: Array, kind: str = "pictures") -> RealSet:
    """Pictures with a label each, split at random."""
    parts = {part: Part(x=x[rows], y=y[rows]) for part, rows in split_rows(len(x)).items()}
    return RealSet(name=name, kind=kind, parts=parts)


def digits() -> RealSet:
    """Handwritten digits of 8 x 8 pixels."""
    path = folder_of("sklearn") / "datasets" / "data" / "digits.csv.gz"
    values = np.loadtxt(path, delimiter=",")
    x = (values[:, :-1].reshape(-1, 8, 8) * 255 / 16).round().astype("uint8")
    return of_pictures("digits", x[..., None], values[:, -1].astype(int))


def faces() -> RealSet:
    """Faces, and other cuts of the same pictures."""
    x = np.load(folder_of("skimage") / "data" / "lfw_subset.npy")
    grey = (255 * x / x.max()).astype("uint8")
    return of_pictures("faces", grey[..., None], (np.arange(len(x)) < len(x) // 2).astype(int))


def patches(image: Array, size: int, step: int) -> Array:
    """Squares of a picture that do not overlap."""
    high, wide = image.shape[:2]
    corners = [
        (top, left)
        for top in range(0, high - size + 1, step)
        for left in range(0, wide - size + 1, step)
    ]
    return np.stack([image[top : top + size, left : left + size] for top, left in corners])


def cut_from(name: str, files: list[str], size: int, most: int) -> RealSet:
    """Of which picture a square is."""
    rng = np.random.default_rng(5)
    found = []
    for file in files:
        image = picture(file)
        all_of_it = patches(image if image.ndim > 2 else image[..., None], size, size)
        found.append(all_of_it[rng.permutation(len(all_of_it))[:most]])
    y = np.repeat(np.arange(len(found)), [len(one) for one in found])
    return of_pictures(name, np.concatenate(found)[..., :3], y)


def masks(name: str, file: str, size: int, *, dark: bool) -> RealSet:
    """Squares of a picture, and which pixels are brighter (darker) than what lies around them."""
    image = picture(file).astype(float)
    image = image if image.ndim == 2 else image.mean(axis=-1)
    around = _blurred(image, 31)
    near = _blurred(image, 3)
    mask = (near < around - 12) if dark else (near > around + 12)
    x, y = (patches(one, size, size // 2) for one in (image, mask))
    some = np.flatnonzero((y.mean(axis=(1, 2)) > 0.03) & (y.mean(axis=(1, 2)) < 0.9))
    x, y = x[some][..., None].astype("uint8"), y[some][..., None].astype("uint8")
    rows = np.array_split(np.arange(len(x)), [int(0.6 * len(x)), int(0.8 * len(x))])
    parts = {part: Part(x=x[at], y=y[at]) for part, at in zip(PARTS, rows, strict=True)}
    return RealSet(name=name, kind="masks", parts=parts)


def _blurred(image: Array, width: int) -> Array:
    half = width // 2
    padded = np.pad(image, half, mode="reflect")
    total = np.pad(padded.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    high, wide = image.shape
    whole: Array = (
        total[width : width + high, width : width + wide]
        - total[:high, width : width + wide]
        - total[width : width + high, :wide]
        + total[:high, :wide]
    )
    return whole / width**2


def texts(name: str, packages: list[str]) -> RealSet:
    """Sentences of docstrings: of which package is it?"""
    rng = np.random.default_rng(3)
    found: list[list[str]] = []
    for package in packages:
        whole = sorted(set(sentences(folder_of(package))))
        found.append([whole[at] for at in rng.permutation(len(whole))[:700]])
    y = np.repeat(np.arange(len(found)), [len(one) for one in found])
    x = np.array([text for one in found for text in one], dtype=object)
    return of_pictures(name, x, y, kind="texts")


def sentences(folder: Path) -> Iterator[str]:
    """What docstrings of a package say, in sentences of eight words or more."""
    for path in sorted(folder.rglob("*.py"))[:160]:
        if "test" in path.as_posix():
            continue
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                continue
            for paragraph in (ast.get_docstring(node) or "").split("\n\n"):
                for one in re.split(r"(?<=[.!?])\s+", " ".join(paragraph.split())):
                    if 8 <= len(one.split()) <= 40 and one[:1].isalpha() and one.endswith("."):
                        yield one


def series(name: str, dates: Any, values: Any) -> RealSet:
    """A series in time; the last fifth of it is the test."""
    frame = pd.DataFrame({"date": list(map(str, dates)), "value": np.asarray(values, float)})
    frame = frame[frame["value"].notna()].reset_index(drop=True).iloc[-2400:]
    cut = int(0.8 * len(frame))
    parts = {"train": Part(x=frame.iloc[:cut]), "test": Part(x=frame.iloc[cut:])}
    return RealSet(name=name, kind="series", parts=parts)


def _series(name: str) -> RealSet:
    if name in {"sunspot.month", "treering", "manaus"}:
        frame = pd.read_csv(io.BytesIO(archive()[name]), index_col=0)
        when = [
            f"{int(one)}"
            if name == "treering"
            else f"{int(one)}-{round(12 * (one % 1)) % 12 + 1}-1"
            for one in frame["time"]
        ]
        return series(name, when, frame[name])
    if name == "co2":
        frame = frame_of(Table("statsmodels", "datasets/co2/co2.csv", ""))
        return series(name, frame["date"], frame["co2"])
    if name == "elnino":
        frame = frame_of(Table("statsmodels", "datasets/elnino/elnino.csv", ""))
        months = frame.columns[1:]
        when = [f"{year}-{at + 1}-1" for year in frame["YEAR"] for at in range(len(months))]
        return series(name, when, frame[months].to_numpy().ravel())
    file, column = {
        "seattle-days": ("seattle-weather", "temp_max"),
        "seattle-hours": ("seattle-temps", "temp"),
        "sf-hours": ("sf-temps", "temp"),
    }[name]
    frame = frame_of(Table("vega_datasets", f"_data/{file}.csv", ""))
    return series(name, frame["date"], frame[column])


SETS: dict[str, Callable[[], RealSet]] = {
    **{
        name: (lambda name=name: of_scikit(name)) for name in ("iris", "wine", "cancer", "diabetes")
    },
    **{name: (lambda name=name: plain_table(name)) for name in PLAIN},
    "digits": digits,
    "faces": faces,
    "textures": lambda: cut_from("textures", ["brick.png", "grass.png", "gravel.png"], 16, 450),
    "photos": lambda: cut_from(
        "photos", ["astronaut.png", "coffee.png", "chelsea.png", "rocket.jpg"], 16, 400
    ),
    "china": lambda: cut_from("china", ["china.jpg", "flower.jpg"], 16, 600),
    "coins": lambda: masks("coins", "coins.png", 24, dark=False),
    "page": lambda: masks("page", "page.png", 24, dark=True),
    "docs": lambda: texts("docs", ["sklearn", "networkx", "statsmodels"]),
    "docs-two": lambda: texts("docs-two", ["pandas", "matplotlib"]),
    "docs-keras": lambda: texts("docs-keras", ["keras", "skimage"]),
    **{
        name: (lambda name=name: _series(name))
        for name in (
            "sunspot.month",
            "treering",
            "manaus",
            "co2",
            "elnino",
            "seattle-days",
            "seattle-hours",
            "sf-hours",
        )
    },
}
"""How each set is made."""
