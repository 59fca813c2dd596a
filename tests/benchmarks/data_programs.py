"""A plain program for each kind of data, and what its model is worth on clean rows.

The programs of a kind have one text; only the folder of their data differs. No program reads
`test`: the score is taken there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.benchmarks.real_sets import RealSet

Array = np.ndarray[Any, Any]

IMPORTS = """\
import keras
import numpy as np
import pandas as pd
from keras import layers

folder = "{folder}"
"""
READ_TABLE = """\
train = pd.read_csv(f"{folder}/train.csv")
valid = pd.read_csv(f"{folder}/valid.csv")
columns = [name for name in train.columns if name != "target"]
x = train[columns].apply(pd.to_numeric, errors="coerce")
x_valid = valid[columns].apply(pd.to_numeric, errors="coerce")
middle = x.median().fillna(0)
x, x_valid = x.fillna(middle), x_valid.fillna(middle)
mean, spread = x.mean(), x.std().replace(0, 1)
x = ((x - mean) / spread).to_numpy("float32")
x_valid = ((x_valid - mean) / spread).to_numpy("float32")
"""
BODY = """\
model = keras.Sequential([
    keras.Input((len(columns),)),
    layers.Dense(32, activation="relu"),
    layers.Dense(32, activation="relu"),
"""
CLASSES = """\
y, y_valid = train["target"].to_numpy(), valid["target"].to_numpy()
"""
CLASS_HEAD = """\
    layers.Dense(int(y.max()) + 1, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.006), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, validation_data=(x_valid, y_valid), epochs=EPOCHS, batch_size=32, verbose=0)
"""
NUMBERS = """\
y, y_valid = train["target"].to_numpy("float32"), valid["target"].to_numpy("float32")
base, scale = y.mean(), y.std()
y, y_valid = (y - base) / scale, (y_valid - base) / scale
"""
NUMBER_HEAD = """\
    layers.Dense(1),
])
model.compile(keras.optimizers.Adam(0.006), "mse", metrics=["mae"])
model.fit(x, y, validation_data=(x_valid, y_valid), epochs=EPOCHS, batch_size=32, verbose=0)
"""
PICTURES = """\
train, valid = np.load(f"{folder}/train.npz"), np.load(f"{folder}/valid.npz")
x, y = train["x"].astype("float32") / 255, train["y"]
x_valid, y_valid = valid["x"].astype("float32") / 255, valid["y"]
"""
CLASSIFY = """\
model = keras.Sequential([
    keras.Input(x.shape[1:]),
    layers.Conv2D(16, 3, padding="same", activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(32, 3, padding="same", activation="relu"),
    layers.Flatten(),
    layers.Dense(int(y.max()) + 1, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, validation_data=(x_valid, y_valid), epochs=EPOCHS, batch_size=32, verbose=0)
"""
SEGMENT = """\
model = keras.Sequential([
    keras.Input(x.shape[1:]),
    layers.Conv2D(16, 5, padding="same", activation="relu"),
    layers.Conv2D(16, 5, padding="same", activation="relu"),
    layers.Conv2D(1, 1, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, validation_data=(x_valid, y_valid), epochs=EPOCHS, batch_size=32, verbose=0)
"""
TEXTS = """\
train, valid = pd.read_csv(f"{folder}/train.csv"), pd.read_csv(f"{folder}/valid.csv")
words = layers.TextVectorization(max_tokens=3000, output_sequence_length=40)
words.adapt(train["text"].fillna("").to_numpy(str))
x = np.array(words(train["text"].fillna("").to_numpy(str)))
x_valid = np.array(words(valid["text"].fillna("").to_numpy(str)))
y, y_valid = train["target"].to_numpy(), valid["target"].to_numpy()
model = keras.Sequential([
    keras.Input((40,)),
    layers.Embedding(3000, 32, mask_zero=True),
    layers.GlobalAveragePooling1D(),
    layers.Dense(int(y.max()) + 1, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, validation_data=(x_valid, y_valid), epochs=EPOCHS, batch_size=32, verbose=0)
"""
SERIES = """\
frame = pd.read_csv(f"{folder}/train.csv")
values = frame["value"].to_numpy("float32")
mean, spread = values.mean(), values.std()
scaled = (values - mean) / spread
steps = 24
x = np.stack([scaled[at : at + steps] for at in range(len(scaled) - steps)])
y = scaled[steps:]
cut = int(0.8 * len(x))
model = keras.Sequential([
    keras.Input((steps,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(1),
])
model.compile(keras.optimizers.Adam(0.003), "mse", metrics=["mae"])
model.fit(
    x[:cut], y[:cut], validation_data=(x[cut:], y[cut:]), epochs=EPOCHS, batch_size=32, verbose=0
)
"""
TEXT_OF = {
    "classes": READ_TABLE + CLASSES + BODY + CLASS_HEAD,
    "numbers": READ_TABLE + NUMBERS + BODY + NUMBER_HEAD,
    "pictures": PICTURES + CLASSIFY,
    "masks": PICTURES + SEGMENT,
    "texts": TEXTS,
    "series": SERIES,
}
STEPS = {"pictures": 400, "masks": 250, "texts": 250}
FEWEST_STEPS = 350
MOST_EPOCHS = 60


def written(one: RealSet, folder: Path) -> None:
    """Write the parts into files, as the programs read them."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, rows in one.parts.items():
        if one.kind in {"classes", "numbers", "series"}:
            rows.x.to_csv(folder / f"{part}.csv", index=False)
        elif one.kind == "texts":
            table = pd.DataFrame({"text": rows.x, "target": rows.y})
            table.to_csv(folder / f"{part}.csv", index=False)
        else:
            np.savez_compressed(folder / f"{part}.npz", x=rows.x, y=rows.y)


def program(one: RealSet, folder: Path) -> str:
    """The text of the cell."""
    per_epoch = max(1, len(one.parts["train"].x) // 32)
    epochs = min(MOST_EPOCHS, max(8, STEPS.get(one.kind, FEWEST_STEPS) // per_epoch))
    text = IMPORTS.replace("{folder}", folder.as_posix()) + TEXT_OF[one.kind]
    return text.replace("EPOCHS", str(epochs))


def scored(names: dict[str, Any], kind: str, folder: str, *, judges: bool = False) -> float:
    """What a model is worth on clean rows; where `judges`, how far validation is from that.

    Parameters
    ----------
    names : dict
        What the cell has defined.
    kind, folder : str
    judges : bool
        The fault lies in the rows that judge: 1 less the distance between the score on them and
        that on clean rows.
    """
    own = _clean(names, kind, Path(folder))
    if not judges:
        return own
    model, x, y = names["model"], names["x_valid"], names["y_valid"]
    told = _score(model.predict(np.asarray(x), verbose=0), np.asarray(y), kind)
    return 1 - abs(told - own)


def _clean(names: dict[str, Any], kind: str, folder: Path) -> float:
    model = names["model"]
    if kind in {"classes", "numbers"}:
        frame = pd.read_csv(folder / "test.csv")
        x = frame[names["columns"]].apply(pd.to_numeric, errors="coerce").fillna(names["middle"])
        x = ((x - names["mean"]) / names["spread"]).to_numpy("float32")
        y = frame["target"].to_numpy()
        if kind == "numbers":
            y = (y - names["base"]) / names["scale"]
    elif kind == "texts":
        frame = pd.read_csv(folder / "test.csv")
        x = np.array(names["words"](frame["text"].to_numpy(str)))
        y = frame["target"].to_numpy()
    elif kind == "series":
        values = pd.read_csv(folder / "test.csv")["value"].to_numpy("float32")
        scaled, steps = (values - names["mean"]) / names["spread"], names["steps"]
        x = np.stack([scaled[at : at + steps] for at in range(len(scaled) - steps)])
        y = scaled[steps:]
    else:
        rows = np.load(folder / "test.npz")
        x, y = rows["x"].astype("float32") / 255, rows["y"]
    return _score(model.predict(x, verbose=0), y, kind)


def _score(predicted: Array, y: Array, kind: str) -> float:
    """R², the overlap of masks, or the mean over classes of the share that is found."""
    if not np.isfinite(predicted).all():
        return 0.0
    if kind in {"numbers", "series"}:
        guess = predicted.reshape(-1).astype(float)
        spread = float(((y - y.mean()) ** 2).sum())
        return max(-1.0, 1 - float(((y - guess) ** 2).sum()) / max(spread, 1e-12))
    if kind == "masks":
        mask, truth = predicted > 0.5, y > 0.5
        return float((mask & truth).sum() / max(1, (mask | truth).sum()))
    named = predicted.argmax(axis=-1)
    return float(np.mean([(named[y == one] == one).mean() for one in np.unique(y)]))
