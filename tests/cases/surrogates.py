"""Small deterministic stand-ins for data sets that the original questions downloaded.

Every function has no side effects, uses its own numpy Generator (so the caller's seed is
untouched) and returns arrays with the original's shape, dtype, value range and *kind* of class
structure.  Nothing is downloaded; `digits` and `iris` start from data bundled with scikit-learn.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]
Pair: TypeAlias = tuple[Array, Array]

__all__ = [
    "adult",
    "county_votes",
    "digits",
    "higgs",
    "housing",
    "iris",
    "keypoints",
    "life_boards",
    "masked_sequences",
    "melbourne",
    "network_packets",
    "photos",
    "pima",
    "sketches",
    "small_color_images",
    "spectra_1d",
    "titanic",
]


def digits(n_train: int = 3000, n_test: int = 500, seed: int = 0) -> tuple[Pair, Pair]:
    """MNIST-shaped: (n, 28, 28) uint8 0..255, labels uint8 0..9, ~20 % ink, jittered."""
    from sklearn.datasets import load_digits

    rng = np.random.default_rng(seed)
    base = load_digits()
    n = n_train + n_test
    pick = rng.integers(0, len(base.images), n)
    grid = (np.arange(20) + 0.5) * 8 / 20 - 0.5  # bilinear 8x8 -> 20x20
    lo = np.clip(np.floor(grid).astype(int), 0, 7)
    hi = np.clip(lo + 1, 0, 7)
    w = np.clip(grid - lo, 0, 1)
    small = base.images[pick] / 16.0
    rows = small[:, lo] * (1 - w)[None, :, None] + small[:, hi] * w[None, :, None]
    big = rows[:, :, lo] * (1 - w) + rows[:, :, hi] * w
    big = np.clip((big - 0.35) * 1.9, 0, 1)  # crisper strokes, black background
    x = np.zeros((n, 28, 28), "float32")
    dy, dx = rng.integers(2, 7, n), rng.integers(2, 7, n)
    for i in range(n):
        x[i, dy[i] : dy[i] + 20, dx[i] : dx[i] + 20] = big[i]
    x = (x * 255).astype("uint8")
    y = base.target[pick].astype("uint8")
    return (x[:n_train], y[:n_train]), (x[n_train:], y[n_train:])


def _textures(rng: np.random.Generator, classes: int, size: int, channels: int) -> Array:
    """Low-frequency colour pattern per class."""
    yy, xx = np.mgrid[0:size, 0:size] / size
    out = np.zeros((classes, size, size, channels), "float32")
    for c in range(classes):
        for ch in range(channels):
            for _ in range(3):
                fy, fx = rng.uniform(-3, 3, 2)
                out[c, :, :, ch] += rng.uniform(0.4, 1) * np.sin(
                    2 * np.pi * (fy * yy + fx * xx) + rng.uniform(0, 6.28)
                )
    return out


def small_color_images(
    n_train: int = 1000,
    n_test: int = 200,
    classes: int = 10,
    size: int = 32,
    channels: int = 3,
    noise: float = 0.9,
    seed: int = 0,
) -> tuple[Pair, Pair]:
    """CIFAR-10-shaped: (n, 32, 32, 3) uint8 0..255; labels (n, 1) uint8."""
    rng = np.random.default_rng(seed)
    pattern = _textures(rng, classes, size, channels)
    n = n_train + n_test
    y = rng.integers(0, classes, n)
    shift = rng.integers(-3, 4, (n, 2))
    x = np.stack([np.roll(pattern[c], tuple(s), (0, 1)) for c, s in zip(y, shift, strict=True)])
    x = x * rng.uniform(0.6, 1.2, (n, 1, 1, 1)) + noise * rng.standard_normal(x.shape)
    x = np.clip(120 + 38 * x, 0, 255).astype("uint8")
    y = y.astype("uint8")[:, None]
    return (x[:n_train], y[:n_train]), (x[n_train:], y[n_train:])


def photos(
    n: int = 120,
    classes: int = 3,
    size: int = 150,
    channels: int = 3,
    noise: float = 0.8,
    seed: int = 0,
) -> Pair:
    """Folder-of-photos stand-in: (n, size, size, channels) float32 0..255 and int labels."""
    (x, y), _ = small_color_images(n, 1, classes, size, channels, noise, seed)
    return x.astype("float32"), y.ravel().astype("int64")


def spectra_1d(
    n: int = 1500, length: int = 600, classes: int = 2, noise: float = 0.7, seed: int = 0
) -> Pair:
    """Standardised 1-D signals, shape (n, length); each class has its own pair of tones."""
    rng = np.random.default_rng(seed)
    t = np.arange(length) / length
    f = rng.uniform(2, length / 8, (classes, 2))
    y = rng.integers(0, classes, n)
    phase = rng.uniform(0, 0.6, (n, 1))
    x = np.sin(2 * np.pi * f[y, :1] * (t + phase / f[y, :1] / 6)) + np.sin(
        2 * np.pi * f[y, 1:] * (t + phase / f[y, 1:] / 6)
    )
    x = x + noise * rng.standard_normal(x.shape)
    x = (x - x.mean()) / x.std()
    return x.astype("float32"), y.astype("int64")


def iris() -> Pair:
    """150x4 centimetre measurements and labels 0..2 in file order (scikit-learn's copy)."""
    from sklearn.datasets import load_iris

    d = load_iris()
    return d.data.astype("float64"), d.target.astype("int64")


def titanic(n: int = 891, seed: int = 0) -> Pair:
    """Label-encoded passenger table: 10 columns (class, name code, sex, age, sibs, parents,
    ticket code, fare, cabin code, port); survival depends on sex, class, age and fare."""
    rng = np.random.default_rng(seed)
    pclass = rng.choice([1, 2, 3], n, p=[0.24, 0.21, 0.55])
    sex = (rng.random(n) < 0.65).astype(float)
    age = np.clip(rng.normal(29.7, 13, n), 0.42, 80)
    sibs = rng.choice([0, 1, 2, 3, 4], n, p=[0.68, 0.23, 0.04, 0.03, 0.02])
    par = rng.choice([0, 1, 2, 3], n, p=[0.76, 0.13, 0.09, 0.02])
    fare = np.clip(rng.lognormal(3.9 - 0.75 * (pclass - 1), 0.6, n), 0, 512)
    logit = 2.6 - 2.9 * sex - 0.9 * (pclass - 1) - 0.03 * (age - 30) + 0.3 * rng.standard_normal(n)
    y = (rng.random(n) < 1 / (1 + np.exp(-1.6 * logit))).astype("int64")
    x = np.c_[
        pclass,
        rng.permutation(1307)[:n],
        sex,
        age,
        sibs,
        par,
        rng.integers(0, 929, n),
        fare,
        rng.integers(0, 187, n),
        rng.choice(3, n),
    ]
    return x.astype("float32"), y


def adult(n: int = 4000, seed: int = 0) -> Pair:
    """Census-income-like table: 14 numeric/label-encoded columns, raw units, ~24 % positives."""
    rng = np.random.default_rng(seed)
    age = rng.integers(17, 90, n)
    edu = np.clip(rng.normal(10, 2.6, n).round(), 1, 16)
    hours = np.clip(rng.normal(40, 12, n).round(), 1, 99)
    sex = rng.integers(0, 2, n)
    gain = np.where(rng.random(n) < 0.08, rng.choice([2174, 5178, 7688, 15024, 99999], n), 0)
    loss = np.where(rng.random(n) < 0.05, rng.choice([1602, 1887, 1977], n), 0)
    married = rng.integers(0, 2, n)
    z = (
        0.04 * (age - 38)
        + 0.45 * (edu - 10)
        + 0.03 * (hours - 40)
        + 0.6 * sex
        + 1.6 * married
        + 0.0004 * np.minimum(gain, 15024)
        - 3.7
    )
    y = (z + rng.logistic(0, 0.6, n) > 0).astype("int64")
    x = np.c_[
        age,
        rng.integers(0, 9, n),
        rng.lognormal(12.05, 0.5, n).round(),
        rng.integers(0, 16, n),
        edu,
        married * 2 + rng.integers(0, 2, n),
        rng.integers(0, 15, n),
        rng.integers(0, 6, n),
        rng.integers(0, 5, n),
        sex,
        gain,
        loss,
        hours,
        rng.integers(0, 42, n),
    ]
    return x.astype("float32"), y


def network_packets(n: int = 200, seed: int = 0) -> Pair:
    """Packet log: 11 integer-like columns in raw units up to 3.2e9, three of them constant."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.6).astype("int64")
    flags = np.where(y == 1, rng.choice([525558, 525568], n), rng.choice([8192, 524032, 524544], n))
    port = np.where(y == 1, 502, rng.choice([55924, 56783, 55783], n))
    size = np.where(rng.random(n) < 0.5, 12, 0)
    x = np.c_[
        3232235773 + rng.integers(0, 7, n),
        np.full(n, 3232235779),
        np.full(n, 6),
        np.full(n, 128),
        flags,
        port,
        size,
        np.where(size > 0, rng.random(n) * 65280, 0),
        np.where(size > 0, rng.choice([5, 6], n), 0),
        np.zeros(n),
        np.where(size > 0, rng.choice([101, 206, 207], n), 0),
    ]
    return x.astype("float64"), y


def higgs(n: int = 3000, seed: int = 0) -> Pair:
    """Particle table: 31 columns of very different scale; missing values coded -999."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.5).astype("int64")
    latent = rng.standard_normal((n, 31)) + 0.55 * y[:, None] * rng.choice([-1, 0, 1], 31)
    scale = np.geomspace(0.5, 900, 31)[rng.permutation(31)]
    offset = scale * rng.uniform(0, 2, 31)
    x = latent * scale + offset
    for c in rng.permutation(31)[:10]:
        x[rng.random(n) < 0.35, c] = -999.0
    return x.astype("float32"), y


def housing(n: int = 506, seed: int = 0) -> Pair:
    """Boston-housing-shaped regression table: 13 raw columns, price 5..50."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n, 13))
    x = np.abs(
        z * [8, 23, 7, 0.25, 0.12, 0.7, 28, 2.1, 8.7, 168, 2.2, 40, 7]
        + [3.6, 11, 11, 0.07, 0.55, 6.3, 68, 3.8, 9.5, 408, 18, 357, 12.6]
    )
    price = 22.5 + 6.5 * z[:, 5] - 4.5 * z[:, 12] - 1.8 * z[:, 10] + rng.normal(0, 1.5, n)
    return x.astype("float32"), np.clip(price, 5, 50).round(1).astype("float32")


def keypoints(n: int = 400, seed: int = 0) -> Pair:
    """Facial-keypoint-shaped: flattened 96x96 images in [0, 1]; 30 targets in [-1, 1]."""
    rng = np.random.default_rng(seed)
    yy, xx = np.mgrid[0:96, 0:96]
    centre = rng.uniform(30, 66, (n, 2))
    spread = rng.uniform(8, 14, n)
    shape = rng.standard_normal((15, 2))
    x = np.exp(
        -((yy - centre[:, 0, None, None]) ** 2 + (xx - centre[:, 1, None, None]) ** 2)
        / (2 * spread[:, None, None] ** 2)
    )
    x = np.clip(x + 0.05 * rng.random(x.shape), 0, 1).reshape(n, -1)
    pts = centre[:, None, :] + spread[:, None, None] * shape
    return x.astype("float32"), ((pts - 48) / 48).reshape(n, 30).astype("float32")


def sketches(per_class: int = 150, classes: int = 4, seed: int = 0) -> Pair:
    """Doodle-shaped: (n, 28, 28, 1) float32 0..1, one-hot labels, *sorted by class*."""
    (x, y), _ = digits(per_class * 40, 10, seed)
    keep = np.concatenate([np.flatnonzero(y == c)[:per_class] for c in range(classes)])
    return (x[keep, :, :, None] / 255.0).astype("float32"), np.eye(classes)[y[keep]].astype(
        "float32"
    )


def county_votes(n: int = 120, seed: int = 0) -> Pair:
    """Election table: 16 raw columns (population, age, shares, income ...), two candidate names."""
    rng = np.random.default_rng(seed)
    pop = rng.lognormal(11, 1.2, n)
    income = rng.normal(95000, 30000, n)
    shares = rng.uniform(9, 75, (n, 9))
    idx = rng.normal(0, 1, (n, 3))
    z = 0.9 * (shares[:, 0] - 42) / 19 - 0.9 * (income - 95000) / 30000 + 0.8 * idx[:, 0]
    name = np.where(z + rng.normal(0, 0.3, n) > 0, "Barack Obama", "Mitt Romney")
    x = np.c_[pop, shares, rng.lognormal(9.5, 1, n), rng.lognormal(9.9, 1.2, n), income, idx]
    return x.astype("float64"), name


def masked_sequences(n: int = 60, seed: int = 0) -> Pair:
    """(n, 20, 5) padded with zeros; labels (n, 20, 1): 0 on padding, else 1 or 2."""
    rng = np.random.default_rng(seed)
    x = rng.normal(1, 1.2, (n, 20, 5))
    y = 1.0 + (x[:, :, :2].sum(2) > x[:, :, 2:4].sum(2))
    for i, length in enumerate(rng.integers(8, 21, n)):
        x[i, length:], y[i, length:] = 0, 0
    return x.astype("float32"), y[:, :, None].astype("float32")


def melbourne(n: int = 1500, seed: int = 0) -> Pair:
    """House sales: 8 standardised features, prices of 2e5..4e6 dollars."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 8))
    price = np.exp(
        13.7 + 0.35 * x[:, 0] + 0.25 * x[:, 1] - 0.3 * x[:, 2] + 0.1 * rng.standard_normal(n)
    )
    return x.astype("float32"), price.astype("float32")


def pima(n: int = 768, seed: int = 0) -> Pair:
    """Diabetes table: 8 raw clinical columns, 35 % positives."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n, 8))
    x = np.abs(z * [3.4, 32, 19, 16, 115, 7.9, 0.33, 11.8] + [3.8, 121, 69, 20.5, 80, 32, 0.47, 33])
    y = 1.3 * z[:, 1] + 0.8 * z[:, 5] + 0.5 * z[:, 7] + rng.logistic(0, 0.6, n) > 0.75
    return x.astype("float32"), y.astype("int64")


def life_boards(n: int = 2000, height: int = 3, width: int = 3, seed: int = 0) -> Pair:
    """Game-of-Life boards with zero border, (n, h+2, w+2, 1), and next states (n, h, w, 1)."""
    rng = np.random.default_rng(seed)
    board = np.zeros((n, height + 2, width + 2))
    board[:, 1:-1, 1:-1] = rng.random((n, height, width)) < 0.5
    around = sum(
        board[:, 1 + i : height + 1 + i, 1 + j : width + 1 + j]
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
        if i or j
    )
    alive = board[:, 1:-1, 1:-1]
    nxt = ((around == 3) | ((around == 2) & (alive == 1))).astype("float32")
    return board[..., None].astype("float32"), nxt[..., None]
