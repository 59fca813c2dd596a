"""Kinds of data and of calls, each the text of a cell that trains `model` and keeps `history`."""

from __future__ import annotations

from dataclasses import dataclass

ONE_LABEL = frozenset({"classes", "yes or no", "numbers"})
TABLES = frozenset({"table"})
TOKENS = frozenset({"tokens"})


@dataclass(frozen=True)
class DataKind:
    """A kind of data, or of a call of `fit`.

    Attributes
    ----------
    source : str
        Trains `model`, from the arrays `x` and `y` with this many `rows`.
    inputs, labels : frozenset of str
        The only forms it can be made of, empty for any (`FORMS` and `LABELS` in models.py).
    traits : frozenset of str
        What Keras does not take, or not each time alike, for every model (`ModelKind.cannot`).
    position : str
        Expression that tells where an iterator stands that the user holds, asked after the cell.
    drawn_ahead : bool
        A thread of Keras or tf.data draws from it ahead of training, not equally far each time:
        it may stand anywhere beyond what training has used.
    module : str
        What must be installed.
    """

    source: str
    inputs: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()
    position: str = "None"
    drawn_ahead: bool = False
    module: str = ""


FIT = "history = model.fit(data, epochs=2, verbose=2)\n"
ARRAYS = "history = model.fit(x, y, epochs=2, batch_size=16, verbose=2, {})\n"
SLICES = "slices = tf.data.Dataset.from_tensor_slices((x, y))\n"
STANDS = "next(iter(data))"

GENERATOR = """
drawn = []
def batches(most=10**6):
    own = np.random.default_rng(1)
    for number in range(most):
        drawn.append(number)
        yield part((x, y), own.integers(0, rows, 16))
"""

SEQUENCE = """
class Batches(keras.utils.PyDataset):
    asked = 0

    def __len__(self):
        return rows // 16

    def __getitem__(self, number):
        self.asked += 1
        return part((x, y), slice(16 * number, 16 * number + 16))
"""

DATA = {
    "arrays": DataKind(ARRAYS.format("")),
    "shuffled dataset": DataKind(
        SLICES + "data = slices.shuffle(64).batch(16)\n" + FIT, position=STANDS
    ),
    "dataset shuffled once": DataKind(
        SLICES
        + "data = slices.shuffle(64, seed=3, reshuffle_each_iteration=False).batch(16)\n"
        + FIT,
        position=STANDS,
    ),
    "dataset of two batches": DataKind(
        SLICES + "data = slices.take(32).batch(16).prefetch(2)\n" + FIT, position=STANDS
    ),
    "endless dataset": DataKind(
        SLICES
        + "data = slices.shuffle(50).repeat().batch(16)\n"
        + "history = model.fit(data, epochs=2, steps_per_epoch=3, verbose=2)\n",
        position=STANDS,
        drawn_ahead=True,
    ),
    "dataset of unknown length": DataKind(
        SLICES + "data = slices.filter(lambda *row: tf.constant(True)).batch(16)\n" + FIT,
        position=STANDS,
    ),
    "dataset from a generator": DataKind(
        GENERATOR
        + """
first = next(batches(1))
drawn.clear()
data = tf.data.Dataset.from_generator(
    lambda: batches(5),
    output_signature=keras.tree.map_structure(
        lambda values: tf.TensorSpec((None, *values.shape[1:]), values.dtype), first
    ),
).prefetch(4)
"""
        + FIT,
        position="drawn",
    ),
    "dataset that draws from NumPy": DataKind(
        """
def numbers():
    for _ in range(6):
        yield np.random.randint(0, rows, 16)
data = tf.data.Dataset.from_generator(
    numbers, output_signature=tf.TensorSpec((16,), "int64")
).prefetch(8).map(lambda chosen: keras.tree.map_structure(lambda values: tf.gather(values, chosen),
                                                          (x, y)))
"""
        + FIT,
        position="np.random.randint(0, 10**6)",
    ),
    "dataset with Python in map": DataKind(
        SLICES
        + """
seen = []
def look(number):
    seen.append(int(number))
    return number
def passed(number, row):
    tf.ensure_shape(tf.py_function(look, [number], tf.int64), ())
    return row
data = slices.enumerate().map(passed).batch(16)
"""
        + FIT,
        position="seen",
    ),
    "dataset that draws at random": DataKind(
        SLICES
        + "data = slices.map(lambda *row: (tf.random.uniform(()), row)[1]).batch(16)\n"
        + "def weighted(x, y):\n"
        + "    count = tf.shape(keras.tree.flatten(x)[0])[0]\n"
        + "    return x, y, tf.random.uniform((count,))\n"
        + "data = data.map(weighted)\n"
        + FIT,
        labels=ONE_LABEL,
        position=STANDS,
    ),
    "cached and prefetched dataset": DataKind(
        SLICES + "data = slices.cache().shuffle(32).batch(16).prefetch(tf.data.AUTOTUNE)\n" + FIT,
        position=STANDS,
    ),
    "PyDataset": DataKind(SEQUENCE + "data = Batches()\n" + FIT, position="random.random()"),
    "PyDataset with two workers": DataKind(
        SEQUENCE
        + "data = Batches(workers=2, max_queue_size=4)\n"
        + "history = model.fit(data, epochs=2, shuffle=False, verbose=2)\n"
    ),
    "one-shot generator": DataKind(
        GENERATOR + "data = batches(6)\nhistory = model.fit(data, verbose=2)\n",
        traits=frozenset({"generator"}),
        position="next(data, 'none left'), drawn",
    ),
    "endless generator": DataKind(
        GENERATOR
        + "data = batches()\nhistory = model.fit(data, epochs=2, steps_per_epoch=3, verbose=2)\n",
        traits=frozenset({"generator"}),
        position="len(drawn)",
        drawn_ahead=True,
    ),
    "generator with weights": DataKind(
        GENERATOR
        + "data = ((x, y, np.full(16, 0.5)) for x, y in batches(6))\n"
        + "history = model.fit(data, verbose=2)\n",
        labels=ONE_LABEL,
        traits=frozenset({"generator"}),
        position="next(data, 'none left'), drawn",
    ),
    "torch DataLoader": DataKind(
        """
import torch
torch.manual_seed(3)
class Table(torch.utils.data.Dataset):
    def __len__(self):
        return rows

    def __getitem__(self, number):
        return part((x, y), number)
data = torch.utils.data.DataLoader(Table(), batch_size=16, shuffle=True)
"""
        + FIT,
        position="int(torch.randint(0, 10**6, ()))",
        module="torch",
    ),
    "images from a directory": DataKind(
        """
from PIL import Image
for number in range(rows):
    place = folder / "images" / "abc"[number % 3]
    place.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rng.integers(0, 255, (40, 36, 3)).astype("uint8")).save(place / f"{number}.png")
data = keras.utils.image_dataset_from_directory(
    folder / "images", image_size=(32, 32), batch_size=16, seed=4
)
"""
        + FIT,
        inputs=frozenset({"images"}),
        labels=frozenset({"classes"}),
        position=STANDS,
        module="PIL",
    ),
    "lists": DataKind(
        "x, y = list(x.values()), list(y.values())\n" + ARRAYS.format(""),
        inputs=frozenset({"two tables"}),
        labels=frozenset({"two outputs"}),
    ),
    "pandas": DataKind(
        "import pandas as pd\n"
        'table = pd.DataFrame(x, columns=list("abcdefghijkl"))\n'
        "history = model.fit(table, pd.Series(y), epochs=2, batch_size=16, verbose=2)",
        inputs=TABLES,
        labels=frozenset({"classes"}),
        traits=frozenset({"frame"}),
        module="pandas",
    ),
    "pandas of mixed and nullable types": DataKind(
        "import pandas as pd\n"
        'table = pd.DataFrame(x.astype(float), columns=list("abcdefghijkl"))\n'
        'table = table.assign(a=table.a > 0, b=table.b.astype(int), c=table.c.astype("float32"))\n'
        'table["k"] = table.k.round().astype("Int64")\n'  # Keras wants a float64 before it
        'table["l"] = (table.l > 0).astype("boolean")\n'
        "history = model.fit(table, pd.Series(y), epochs=2, batch_size=16, verbose=2)",
        inputs=TABLES,
        labels=frozenset({"classes"}),
        traits=frozenset({"frame"}),
        module="pandas",
    ),
    "tensors": DataKind(
        "x, y = keras.tree.map_structure(tf.constant, (x, y))\n" + ARRAYS.format("")
    ),
    "ragged rows": DataKind(
        "x = tf.RaggedTensor.from_tensor(x, lengths=rng.integers(1, 12, rows))\n"
        + ARRAYS.format(""),
        inputs=TOKENS,
        traits=frozenset({"ragged"}),
    ),
    "ragged dataset": DataKind(
        "x = tf.RaggedTensor.from_tensor(x, lengths=rng.integers(1, 12, rows))\n"
        + SLICES
        + "data = slices.batch(16)\n"
        + FIT,
        inputs=TOKENS,
        traits=frozenset({"ragged"}),
        position=STANDS,
    ),
    "sparse matrix": DataKind(
        "import scipy.sparse\nx = scipy.sparse.csr_matrix(x * (x > 0))\n" + ARRAYS.format(""),
        inputs=TABLES,
        traits=frozenset({"sparse"}),
        module="scipy",
    ),
    "sparse tensor": DataKind(
        "x = tf.sparse.from_dense(x * (x > 0))\n" + ARRAYS.format(""),
        inputs=TABLES,
        traits=frozenset({"sparse"}),
    ),
    "sample_weight": DataKind(
        ARRAYS.format("sample_weight=rng.random(rows)"),
        labels=ONE_LABEL,
    ),
    "class_weight": DataKind(
        ARRAYS.format("class_weight={0: 2.0, 1: 1.0, 2: 0.5}"),
        labels=frozenset({"classes", "yes or no"}),
    ),
    "validation_split": DataKind(ARRAYS.format("validation_split=1 / 3")),
    "validation_data": DataKind(
        ARRAYS.format("validation_data=part((x, y), slice(0, 32)), validation_batch_size=16")
    ),
    "steps_per_epoch": DataKind(ARRAYS.format("steps_per_epoch=2")),
    "validation_steps": DataKind(
        SLICES
        + "data, held_out = slices.shuffle(90).repeat().batch(16), slices.repeat().batch(16)\n"
        "history = model.fit(data, epochs=2, steps_per_epoch=2, validation_data=held_out, "
        "validation_steps=2, verbose=2)\n",
        position=STANDS,
        drawn_ahead=True,  # maybe into the next repeat, which draws the seed of another order
    ),
    "two fits": DataKind(
        "model.fit(x, y, batch_size=16, verbose=2)\n"
        "history = model.fit(x, y, batch_size=16, epochs=2, initial_epoch=1, verbose=2)\n"
    ),
    "several steps per execution": DataKind("model.steps_per_execution = 4\n" + ARRAYS.format("")),
    "callbacks": DataKind(
        """
def slower(epoch, rate):
    return rate * float(np.random.uniform(0.5, 1.0))
told = []
callbacks = [
    keras.callbacks.LearningRateScheduler(slower),
    keras.callbacks.EarlyStopping(monitor="loss", patience=1, restore_best_weights=True),
    keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda *_, **__: told.append(random.random())
    ),
]
"""
        + ARRAYS.format("callbacks=callbacks"),
        traits=frozenset({"scheduler"}),
        position="told",
    ),
    "evaluated before and after": DataKind(
        "before = model.evaluate(x, y, batch_size=16, verbose=2)\n"
        + ARRAYS.format("shuffle=False")
        + "after = model.evaluate(x, y, batch_size=16, verbose=2)\n",
        position="before, after",
    ),
    "train_on_batch first": DataKind(
        "first = model.train_on_batch(*part((x, y), slice(0, 16)))\n" + ARRAYS.format(""),
        position="first",
    ),
}
