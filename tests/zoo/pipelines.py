"""Models whose rows come through pipelines, and training that goes by a plan."""

from __future__ import annotations

from tests.zoo.model import CANCER, DIGITS, KERAS, PICTURES, Model

CLASSES = "acc(model, x, y)"

SENTENCES = f"""{KERAS}import tensorflow as tf

rng = np.random.default_rng(0)
y = rng.integers(0, 2, 800)
good, bad = ["fine", "lovely", "great", "warm"], ["dull", "poor", "awful", "cold"]
plain = ["the", "film", "was", "and", "a", "story", "with", "scene"]
x = np.array([
    " ".join(rng.permutation([
        *rng.choice(plain, rng.integers(3, 9)), *rng.choice(good if label else bad, 2)
    ]))
    for label in y
])
"""

MODELS = [
    Model(
        name="pictures and masks turned alike",
        source=f"""{KERAS}import tensorflow as tf

rng = np.random.default_rng(0)
x = rng.uniform(0, 0.4, (256, 16, 16, 1)).astype("float32")
y = np.zeros((256, 16, 16, 1), "float32")
for row, (top, left) in enumerate(rng.integers(0, 9, (256, 2))):
    y[row, top : top + 6, left : left + 6] = 1
x += 0.5 * y

def turned(picture, mask):
    both = tf.concat([picture, mask], axis=-1)
    both = tf.image.random_flip_left_right(both)
    both = tf.image.rot90(both, tf.random.uniform((), 0, 4, tf.int32))
    return both[..., :1], both[..., 1:]

train = (
    tf.data.Dataset.from_tensor_slices((x[:200], y[:200]))
    .cache()
    .shuffle(200)
    .map(turned, num_parallel_calls=tf.data.AUTOTUNE)
    .batch(16)
    .prefetch(tf.data.AUTOTUNE)
)
held = tf.data.Dataset.from_tensor_slices((x[200:], y[200:])).batch(16)
model = keras.Sequential([
    layers.Input((16, 16, 1)),
    layers.Conv2D(12, 3, padding="same", activation="relu"),
    layers.Conv2D(12, 3, padding="same", activation="relu"),
    layers.Conv2D(1, 1),
])
loss = keras.losses.BinaryCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.01), loss, metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)])
model.fit(train, validation_data=held, epochs=8, verbose=0)
""",
        score="float(np_.mean((model.predict(x[200:]) > 0) == (y[200:] > 0.5)))",
        bar=0.93,
    ),
    Model(
        name="PyDataset that shuffles and shifts its pictures",
        source=f"""{PICTURES}
class Pictures(keras.utils.PyDataset):
    def __init__(self, pictures, labels, batch_size, shift, **more):
        super().__init__(**more)
        self.pictures, self.labels = pictures, labels
        self.batch_size, self.shift = batch_size, shift
        self.rng = np.random.default_rng(1)
        self.on_epoch_end()

    def __len__(self):
        return -(-len(self.pictures) // self.batch_size)

    def __getitem__(self, at):
        rows = self.order[at * self.batch_size : (at + 1) * self.batch_size]
        pictures = self.pictures[rows]
        if self.shift:
            pictures = np.roll(pictures, self.rng.integers(-1, 2), axis=2)
        return pictures, self.labels[rows]

    def on_epoch_end(self):
        count = len(self.pictures)
        self.order = self.rng.permutation(count) if self.shift else np.arange(count)

train = Pictures(x[:1500], y[:1500], 32, shift=True)
held = Pictures(x[1500:], y[1500:], 64, shift=False)
model = keras.Sequential([
    layers.Input((8, 8, 1)),
    layers.Conv2D(24, 3, activation="relu"),
    layers.Conv2D(32, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, validation_data=held, epochs=8, verbose=0)
""",
        score="acc(model, x[1500:], y[1500:])",
        bar=0.87,
    ),
    Model(
        name="strings into the model",
        source=f"""{SENTENCES}
split = layers.TextVectorization(max_tokens=60, output_mode="multi_hot", ngrams=2)
split.adapt(x)
data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(800, seed=0)
held, train = data.take(160), data.skip(160)
held, train = held.batch(32), train.batch(32).cache().prefetch(1)
start = layers.Input((), dtype="string")
flow = layers.Dense(16, activation="relu")(split(start))
model = keras.Model(start, layers.Dense(1, activation="sigmoid")(flow))
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
model.fit(train, epochs=8, verbose=0)
said = model.predict(tf.constant(x), verbose=0)[:, 0]
""",
        score="float(np_.mean((said > 0.5) == y))",
        bar=0.95,
    ),
    Model(
        name="sentences in buckets of their length",
        source=f"""{SENTENCES}
words = {{word: at for at, word in enumerate(sorted({{*good, *bad, *plain}}), 1)}}
rows = [np.array([words[word] for word in text.split()], "int32") for text in x]
data = tf.data.Dataset.from_generator(
    lambda: zip(rows, y),
    output_signature=(tf.TensorSpec((None,), "int32"), tf.TensorSpec((), "int32")),
)
data = data.shuffle(800).bucket_by_sequence_length(
    lambda row, label: tf.shape(row)[0], bucket_boundaries=[7, 9], bucket_batch_sizes=[32, 32, 32]
)
model = keras.Sequential([
    layers.Input((None,), dtype="int32"),
    layers.Embedding(len(words) + 1, 16, mask_zero=True),
    layers.GRU(16),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
model.fit(data, epochs=6, verbose=0)
padded = keras.utils.pad_sequences(rows, padding="post")
""",
        score="acc(model, padded, y)",
        bar=0.95,
    ),
    Model(
        name="windows of a series of several columns",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
time = np.arange(1500)
first = np.sin(time / 10) + 0.05 * rng.normal(size=1500)
second = np.cos(time / 7) + 0.05 * rng.normal(size=1500)
both = np.stack([first, second, 0.1 * rng.normal(size=1500)], 1).astype("float32")
target = (0.7 * np.roll(first, -3) + 0.3 * np.roll(second, -3)).astype("float32")
mean, spread = both[:1000].mean(0), both[:1000].std(0)
scaled = (both - mean) / spread

def windows(start, end, shuffle):
    return keras.utils.timeseries_dataset_from_array(
        scaled[start:end], target[start + 19 : end - 3], sequence_length=20, batch_size=32, shuffle=shuffle
    )

train, held = windows(0, 1000, True), windows(1000, 1480, False)
model = keras.Sequential([
    layers.Input((20, 3)), layers.LSTM(24), layers.Dropout(0.1), layers.Dense(1)
])
model.compile(keras.optimizers.Adam(0.005), "mae", metrics=["mse"])
stop = keras.callbacks.EarlyStopping("val_loss", patience=4, restore_best_weights=True)
model.fit(train, validation_data=held, epochs=15, callbacks=[stop], verbose=0)
wanted = np.concatenate([labels for _, labels in held])
said = model.predict(held, verbose=0)[:, 0]
""",
        score="r2_of(said, wanted)",
        bar=0.8,
    ),
    Model(
        name="stateful LSTM on batches in order",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
shift = rng.uniform(0, 6, (16, 1))
series = np.sin(np.arange(401) / 5 + shift) + 0.05 * rng.normal(size=(16, 401))
x = series[:, :-1].reshape(16, 20, 20).swapaxes(0, 1).reshape(320, 20, 1).astype("float32")
y = series[:, 1:].reshape(16, 20, 20).swapaxes(0, 1).reshape(320, 20, 1).astype("float32")
model = keras.Sequential([
    layers.Input(batch_shape=(16, 20, 1)),
    layers.LSTM(24, stateful=True, return_sequences=True),
    layers.Dense(1),
])
model.compile(keras.optimizers.Adam(0.01), "mse")
for epoch in range(12):
    model.fit(x, y, batch_size=16, epochs=1, shuffle=False, verbose=0)
    model.layers[0].reset_states()
said = model.predict(x, batch_size=16, verbose=0)
""",
        score="r2_of(said, y)",
        bar=0.85,
    ),
    Model(
        name="mixed rows and mixed labels",
        source=f"""{DIGITS}import tensorflow as tf

one_hot = keras.utils.to_categorical(y)
data = tf.data.Dataset.from_tensor_slices((x, one_hot.astype("float32"))).shuffle(1797).batch(32)

def mixed(rows, labels):
    share = tf.random.uniform((tf.shape(rows)[0], 1), 0.7, 1.0)
    other = tf.random.shuffle(tf.range(tf.shape(rows)[0]))
    rows = share * rows + (1 - share) * tf.gather(rows, other)
    return rows, share * labels + (1 - share) * tf.gather(labels, other)

model = keras.Sequential([
    layers.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")
])
model.compile(keras.optimizers.Adam(0.003), "categorical_crossentropy", metrics=["accuracy"])
model.fit(data.map(mixed), epochs=10, verbose=0)
""",
        score=CLASSES,
        bar=0.93,
    ),
    Model(
        name="pairs from a generator, compared by their cosine",
        source=f"""{DIGITS}import tensorflow as tf

by_class = [np.flatnonzero(y == digit) for digit in range(10)]

def pairs(seed=0, count=1600):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        same, digit = rng.integers(0, 2), rng.integers(0, 10)
        other = digit if same else (digit + rng.integers(1, 10)) % 10
        yield (x[rng.choice(by_class[digit])], x[rng.choice(by_class[other])]), float(same)

row = tf.TensorSpec((64,), tf.float32)
data = tf.data.Dataset.from_generator(
    pairs, output_signature=((row, row), tf.TensorSpec((), tf.float32))
).batch(32)
tower = keras.Sequential([layers.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(24)])
one, other = layers.Input((64,)), layers.Input((64,))
close = layers.Dot(axes=1, normalize=True)([tower(one), tower(other)])
model = keras.Model([one, other], layers.Dense(1, activation="sigmoid")(close))
model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy", metrics=["accuracy"])
model.fit(data, epochs=8, verbose=0)
fresh = list(pairs(seed=1, count=400))
left = np.stack([inputs[0] for inputs, _ in fresh])
right = np.stack([inputs[1] for inputs, _ in fresh])
same = np.array([label for _, label in fresh])
said = model.predict([left, right], verbose=0)[:, 0]
""",
        score="float(np_.mean((said > 0.5) == (same > 0.5)))",
        bar=0.85,
    ),
    Model(
        name="pictures from folders",
        source=f"""{KERAS}import tempfile
from pathlib import Path

from PIL import Image

rng = np.random.default_rng(0)
folder = Path(tempfile.mkdtemp())
for kind, tone in (("dark", 60), ("light", 130)):
    (folder / kind).mkdir()
    for number in range(100):
        picture = rng.integers(0, 90, (24, 24, 3)) + (tone * (np.arange(24) > 11))[:, None, None]
        Image.fromarray(picture.clip(0, 255).astype("uint8")).save(folder / kind / f"{{number}}.png")
given = dict(image_size=(24, 24), batch_size=16, validation_split=0.2, seed=7)
train = keras.utils.image_dataset_from_directory(folder, subset="training", verbose=False, **given)
held = keras.utils.image_dataset_from_directory(folder, subset="validation", verbose=False, **given)
model = keras.Sequential([
    layers.Input((24, 24, 3)),
    layers.Rescaling(1 / 255),
    layers.RandomFlip("horizontal"),
    layers.Conv2D(8, 3, strides=2, activation="relu"),
    layers.Conv2D(16, 3, strides=2, activation="relu"),
    layers.GlobalAveragePooling2D(),
    layers.Dense(2),
])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
model.fit(train.cache().prefetch(1), validation_data=held.cache(), epochs=10, verbose=0)
""",
        score="float(model.evaluate(held, verbose=0)[1])",
        bar=0.9,
    ),
    Model(
        name="trained, frozen, given a new head, and thawed",
        source=f"""{PICTURES}
low, high = y < 5, y >= 5
base = keras.Sequential([
    layers.Input((8, 8, 1)),
    layers.Conv2D(16, 3, padding="same", use_bias=False),
    layers.BatchNormalization(momentum=0.8),
    layers.ReLU(),
    layers.Conv2D(24, 3, activation="relu"),
    layers.GlobalMaxPooling2D(),
])
first = keras.Sequential([base, layers.Dense(5, activation="softmax")])
first.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
first.fit(x[low], y[low], epochs=8, verbose=0)
base.trainable = False
start = layers.Input((8, 8, 1))
flow = layers.Dropout(0.1)(base(start, training=False))
model = keras.Model(start, layers.Dense(5, activation="softmax")(flow))
model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x[high], y[high] - 5, epochs=8, verbose=0)
base.trainable = True
model.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x[high], y[high] - 5, epochs=6, verbose=0)
""",
        score="acc(model, x[high], y[high] - 5)",
        bar=0.9,
    ),
    Model(
        name="a rate that warms up, and callbacks of one's own",
        source=f"""{DIGITS}import os
import tempfile

class Best(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.best = 0.0

    def on_epoch_end(self, epoch, logs=None):
        self.best = max(self.best, logs["val_accuracy"])

def rate(epoch, now):
    return 0.01 * (epoch + 1) / 3 if epoch < 3 else now * 0.85

best = Best()
saved = os.path.join(tempfile.mkdtemp(), "best.keras")
model = keras.Sequential([
    layers.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    x, y, epochs=15, validation_split=0.2, verbose=0,
    callbacks=[
        keras.callbacks.LearningRateScheduler(rate),
        keras.callbacks.ModelCheckpoint(saved, monitor="val_accuracy", save_best_only=True),
        keras.callbacks.TerminateOnNaN(),
        best,
    ],
)
model = keras.models.load_model(saved)
""",
        score=CLASSES,
        bar=0.93,
    ),
    Model(
        name="a model for each fold",
        source=f"""{CANCER}from sklearn.model_selection import StratifiedKFold

def build():
    model = keras.Sequential([
        layers.Input((30,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy", metrics=["accuracy"])
    return model

reached = []
for train, held in StratifiedKFold(4, shuffle=True, random_state=0).split(x, y):
    model = build()
    model.fit(x[train], y[train], epochs=8, verbose=0)
    reached.append(model.evaluate(x[held], y[held], verbose=0)[1])
""",
        score="float(np_.mean(reached))",
        bar=0.93,
    ),
]
