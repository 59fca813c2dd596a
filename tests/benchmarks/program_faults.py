"""Faults of what a program does: in its loops, steps, pipelines, callbacks, and after `fit`.

Where a model of the zoo has no such loop or pipeline, its `fit` is rewritten as one first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tests.benchmarks.mutations import (
    DENSE,
    Edit,
    Mutation,
    calls,
    fed,
    hidden_with,
    mutation,
    text,
    with_loss,
)
from tests.benchmarks.order_faults import ORDER

FIT_LINE = re.compile(r"^(?:\w+ = )?model\.fit\(.*\)$", re.MULTILINE)
LOSSES = {
    "sparse_categorical_crossentropy": "keras.losses.SparseCategoricalCrossentropy()",
    "binary_crossentropy": "keras.losses.BinaryCrossentropy()",
    "mse": "keras.losses.MeanSquaredError()",
}
NUMBERS, YES = ("mse",), ("binary_crossentropy",)
CLASSES = ("sparse_categorical_crossentropy", "binary_crossentropy")

LOOP = """import tensorflow as tf

optimizer = keras.optimizers.Adam(0.005)
loss_fn = {loss_fn}
weights = {weights}
for epoch in range(8):
    for start in range(0, len({x}) - 31, 32):
        rows, labels = {x}[start : start + 32], {y}[start : start + 32]
        with tf.GradientTape() as tape:
            guess = {call}
            loss = {loss}
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
"""


def loss_in(source: str, allowed: Sequence[str]) -> str:
    """The first of these losses that the cell names, "" for none."""
    return next((loss for loss in allowed if f'"{loss}"' in source), "")


def plain(source: str, allowed: Sequence[str]) -> tuple[str, str]:
    """Names of the arrays of a `fit` that stands on a line, where the loss is one of these."""
    fits = FIT_LINE.findall(source)
    return fed(source) if len(fits) == 1 and loss_in(source, allowed) else ("", "")


def named(lines: str, x: str, y: str) -> str:
    """The lines with the cell's own names for `x` and `y`."""
    return re.sub(r"\b[xy]\b", lambda name: {"x": x, "y": y}[name.group()], lines)


def as_loop(
    *,
    losses: Sequence[str] = CLASSES,
    weights: str = "model.trainable_variables",
    call: str = "model(rows, training=True)",
    loss: str = "loss_fn({labels}, guess)",
    needs: str = "",
) -> Edit:
    """The `fit` as a loop of one's own with a gradient tape.

    Parameters
    ----------
    losses : sequence of str
        Only where the cell has one of these.
    weights, call, loss : str
        What the loop trains, calls and computes; `{labels}` are the labels, as a column if need be.
    needs : str
        Only where the cell matches this pattern.
    """

    def edit(source: str) -> str:
        x, y = plain(source, losses)
        if not x or not re.search(needs, source) or "sample_weight" in source:
            return source
        name = loss_in(source, losses)
        column = "labels.reshape(len(labels), -1)" if name == "binary_crossentropy" else "labels"
        loop = LOOP.format(
            x=x, y=y, weights=weights, call=call, loss=loss.format(labels=column),
            loss_fn=LOSSES[name],
        )  # fmt: skip
        return FIT_LINE.sub(lambda _: loop, source)

    return edit


def as_data(
    lines: str, fit: str = "model.fit(data, epochs=6, verbose=0)", *, words: bool = False
) -> Edit:
    """The `fit` on `x` and `y` over a pipeline that these lines make."""

    def edit(source: str) -> str:
        x, y = plain(source, (*CLASSES, *NUMBERS))
        given = any(word in source for word in ("class_weight", "sample_weight", "callbacks="))
        if not x or given or ("Embedding" in source and not words):
            return source
        return FIT_LINE.sub(
            lambda _: f"import tensorflow as tf\n\n{named(lines + fit, x, y)}", source
        )

    return edit


def after_fit(lines: str) -> Edit:
    """More lines at the end, with `x` and `y` for what `fit` takes."""

    def edit(source: str) -> str:
        x, y = plain(source, CLASSES)
        scales_itself = "Embedding" in source or "Normaliz" in source
        return f"{source}{named(lines, x, y)}\n" if x and not scales_itself else source

    return edit


def fit_with(more: str, *, needs: str) -> Edit:
    """One more argument of `fit`, where it stands on a line and the cell matches a pattern."""

    def edit(source: str) -> str:
        fits = FIT_LINE.findall(source)
        taken = more.partition("=")[0] in source
        if len(fits) != 1 or taken or not re.search(needs, source):
            return source
        return source.replace(fits[0], f"{fits[0][:-1]}, {more})")

    return edit


def substituted(*pairs: tuple[str, str]) -> Edit:
    """The first of these patterns that the cell matches, replaced."""

    def edit(source: str) -> str:
        for pattern, new in pairs:
            if re.search(pattern, source, re.MULTILINE):
                return re.sub(pattern, new, source, flags=re.MULTILINE)
        return source

    return edit


def own_layer(source: str) -> str:
    """Hidden dense layers of one's own, whose kernel is a variable and no weight."""
    hidden = [text(layer) for layer in calls(source, DENSE)[:-1]]
    plain_ones = [
        one for one in hidden if re.fullmatch(r'layers\.Dense\(\d+, activation="relu"\)', one)
    ]
    head = "\nmodel = keras.Sequential(["
    if not plain_ones or head not in source:
        return source
    for one in plain_ones:
        source = source.replace(one, one.replace("layers.Dense", "Mixed").split(",")[0] + ")")
    return source.replace(head, f"\n{MIXED}{head[1:]}", 1)


MIXED = """import tensorflow as tf

class Mixed(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, shape):
        start = keras.random.normal((shape[-1], self.units), stddev=shape[-1] ** -0.5)
        self.kernel = tf.Variable(start, name="kernel")

    def call(self, rows):
        return tf.nn.relu(rows @ self.kernel)

"""


def reshaped_channels(source: str) -> str:
    """Pictures with their channels first, and back by a reshape; where channels are not alike."""
    shape = re.search(r"layers\.Input\(\((\d+), (\d+), 3\)\)", source)
    first = re.search(r"^(?:base|model|start) = ", source, re.MULTILINE)
    if not (shape and first and "model.fit(x" in source and "masks" in source):
        return source
    high, wide = shape.groups()
    lines = f"x = x.transpose(0, 3, 1, 2)\nx = x.reshape(-1, {high}, {wide}, 3)\n"
    return f"{source[: first.start()]}{lines}{source[first.start() :]}"


def in_turns(source: str) -> str:
    """The lines from the model to its `fit`, in each turn of a loop."""
    start, (x, _) = source.find("\nmodel = keras.Sequential([") + 1, fed(source)
    if not (start and x) or "def " in source[start:]:
        return source
    end = source.rindex("\n", start) if source.endswith("\n") else len(source)
    block = "\n".join(f"    {line}" if line else "" for line in source[start:end].split("\n"))
    return f"{source[:start]}for turn in range(3):\n{block}\nsaid = model.predict({x}, verbose=0)\n"


def together(*edits: Callable[[str], str]) -> Edit:
    """One edit after the other, where each of them changes the cell."""

    def edit(source: str) -> str:
        new = source
        for one in edits:
            before, new = new, one(new)
            if new == before:
                return source
        return new

    return edit


PYDATASET = """class Batches(keras.utils.PyDataset):
    def __init__(self):
        super().__init__()
        self.order = np.arange(len(x))

    def __len__(self):
        return len(x) // 32

    def __getitem__(self, at):
        rows = {rows}
        return x[rows], y[rows]
{more}
"""
SHUFFLES = """
    def on_epoch_start(self):
        self.order = np.random.default_rng(0).permutation(len(x))
"""
SLICES = "tf.data.Dataset.from_tensor_slices"
CROSSENTROPY = """def crossentropy(y_pred, y_true):
    return keras.losses.binary_crossentropy(y_true, y_pred)

model.compile("""

LOOPS = [
    mutation(
        "a loop that trains the last layer alone",
        as_loop(
            weights="model.layers[-1].trainable_variables",
            needs=r"(?s)layers\.(Dense|Conv).*layers\.Dense",
        ),
        "step-leaves-weights-out untrained-layer",
    ),
    mutation("a variable in place of a weight", own_layer, "untracked-weights"),
    mutation(
        "a difference of a row and a column in a loop",
        as_loop(
            losses=NUMBERS,
            loss="tf.reduce_mean(tf.square(np.float32(labels) - guess))",
            needs=r"(?s)\A(?!.*y\[:, None\]).*layers\.Dense\(1[,)]",
        ),
        "loop-broadcast",
    ),
    mutation(
        "a loop that calls the model without training=True",
        as_loop(call="model(rows)", needs=r"layers\.(BatchNormalization|Dropout)\("),
        "training-flag-missing stale-batch-statistics",
    ),
    mutation(
        "a tracker that no step updates",
        substituted((r"^ +self\.\w+\.update_state\(.*\)\n", "")),
        "tracker-not-updated",
    ),
    mutation(
        "a loss of the wrong sign in a loop",
        as_loop(loss="-loss_fn({labels}, guess)"),
        "loss-ascended inverted-loss",
        "diverging-loss learning-rate-too-high non-finite-loss broken-weights",
    ),
    mutation(
        "the length of biases that are zero in a loop's loss",
        as_loop(loss="loss_fn({labels}, guess) + 0.001 * sum(tf.norm(one) for one in weights)"),
        "infinite-slope broken-weights",
        "non-finite-loss nan-hidden-by-relu",
    ),
]

OBJECTIVES = [
    mutation(
        "a term of the code that outweighs the reconstruction",
        substituted((r"0\.0005 \* keras\.ops\.mean", "5.0 * keras.ops.mean"),
                    (r"loss \+= 0\.02 \*", "loss += 20.0 *")),
        "posterior-collapse dominating-loss-term",
        "tracker-not-updated",
    ),
    mutation(
        "a penalty that decides alone",
        hidden_with("kernel_regularizer=keras.regularizers.L2(10.0)"),
        "overpowering-regularizer dominating-loss-term",
        "dead-units fading-signal",
    ),
    mutation(
        "a loss of one's own of the wrong sign",
        substituted((r"(^def \w+\(\w+, (?:guess|distance)\):\n(?:    \w.*\n)*?    return )(.*)$",
                     r"\1-(\2)")),
        "inverted-loss inverted-labels",
        "diverging-loss learning-rate-too-high non-finite-loss",
    ),
    mutation(
        "a loss of one's own with its arguments exchanged",
        together(with_loss("binary_crossentropy", "crossentropy", units=1),
                 substituted((r"^model\.compile\(", CROSSENTROPY))),
        "swapped-loss-arguments",
        "zero-gradient-loss inverted-loss non-finite-loss",
    ),
]  # fmt: skip

PIPELINES = [
    mutation(
        "rows and labels shuffled before they are zipped",
        as_data(f"""rows, labels = {SLICES}(x).shuffle(500), {SLICES}(y).shuffle(500)
data = tf.data.Dataset.zip((rows, labels)).batch(32)
""", words=True),
        "zipped-after-shuffle",
        "signal-not-found rows-shuffled-apart regression-on-class-ids",
    ),
    mutation(
        "a validation part of a dataset that is shuffled anew",
        as_data(f"""data = {SLICES}((x, y)).shuffle(len(x))
held = data.take(100).batch(32)
""", "model.fit(data.skip(100).batch(32), validation_data=held, epochs=6, verbose=0)"),
        "leaking-split leaked-validation-rows",
    ),
    mutation(
        "noise that is cached",
        as_data(f"""def noisy(row, label):
    return row + tf.random.normal(tf.shape(row), stddev=0.1, dtype=row.dtype), label

data = {SLICES}((x, y)).map(noisy).cache().shuffle(500).batch(32)
"""),
        "frozen-by-cache",
    ),
    mutation(
        "a PyDataset that gives its first batch for all",
        as_data(PYDATASET.format(rows="self.order[:32]", more=""),
                "model.fit(Batches(), epochs=6, verbose=0)"),
        "repeated-batch",
        "signal-not-found majority-class-only single-class-labels",
    ),
    mutation(
        "a hook of a PyDataset that Keras does not know",
        as_data(PYDATASET.format(rows="self.order[32 * at : 32 * at + 32]", more=SHUFFLES),
                "model.fit(Batches(), epochs=6, verbose=0)"),
        "uncalled-hook",
        "sorted-batches",
    ),
]  # fmt: skip

AROUND = [
    mutation(
        "early stopping in the wrong direction",
        fit_with(
            'callbacks=[keras.callbacks.EarlyStopping("accuracy", mode="min", patience=2)]',
            needs=r'metrics=\["accuracy"\]',
        ),
        "misdirected-callback",
        "too-few-steps",
    ),
    mutation(
        "predictions for rows of another scale",
        after_fit("said = model.predict(255 * x, verbose=0)"),
        "predicted-unscaled",
    ),
    mutation(
        "predictions and labels in two orders",
        as_data(f"data = {SLICES}((x, y)).shuffle(500).batch(32)\n",
                """model.fit(data, epochs=6, verbose=0)
said = model.predict(data, verbose=0)
truth = np.concatenate([labels for _, labels in data])
"""),
        "predictions-out-of-order",
    ),
    mutation(
        "a metric for class numbers that gets probabilities",
        substituted((r'("binary_crossentropy", metrics=)\["accuracy"\]',
                     r"\1[keras.metrics.MeanIoU(2)]")),
        "metric-misreads-predictions",
    ),
    mutation(
        "channels moved by a reshape",
        reshaped_channels,
        "scrambled-axes",
    ),
    mutation(
        "masks divided once too often",
        substituted((r"^(x \+= 0\.5 \* y)$", r"\1\ny = y / 255"),
                    (r"^(y = \(masks > 0\).*)$", r"\1\ny = y / 255")),
        "labels-scaled-twice",
        "single-class-labels",
    ),
    mutation(
        "class weights of other classes",
        fit_with("class_weight={1: 1.0, 2: 3.0}", needs='"binary_crossentropy"'),
        "faulty-class-weight",
    ),
    mutation("a model that each turn builds anew", in_turns, "rebuilt-in-loop"),
]  # fmt: skip

PROGRAM_FAULTS: list[Mutation] = [*LOOPS, *OBJECTIVES, *PIPELINES, *AROUND, *ORDER]
