"""Models for tasks with answers of their own form: pictures, tags, boxes, distributions."""

from __future__ import annotations

from tests.zoo.model import DIGITS, KERAS, PICTURES, Model

CLASSES = "acc(model, x, y)"

SCENES = f"""{KERAS}
rng = np.random.default_rng(0)
x = rng.uniform(0, 0.3, (240, 24, 24, 3)).astype("float32")
masks = np.zeros((240, 24, 24), "int32")
for row, (top, left) in enumerate(rng.integers(0, 17, (240, 2))):
    kind = 1 + row % 2
    masks[row, top : top + 7, left : left + 7] = kind
    x[row, top : top + 7, left : left + 7, kind] += 0.5
"""

MODELS = [
    Model(
        name="U-Net with class numbers in its masks",
        source=f"""{SCENES}
def block(flow, filters):
    flow = layers.Conv2D(filters, 3, padding="same", use_bias=False)(flow)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.8)(flow))

start = layers.Input((24, 24, 3))
fine = block(start, 8)
coarse = block(layers.MaxPooling2D()(fine), 16)
wide = layers.UpSampling2D()(coarse)
both = block(layers.Concatenate()([fine, wide]), 8)
model = keras.Model(start, layers.Conv2D(3, 1)(both))
model.compile(
    keras.optimizers.Adam(0.005),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.MeanIoU(3, sparse_y_pred=False)],
)
model.fit(x[:200], masks[:200], epochs=10, batch_size=16, validation_data=(x[200:], masks[200:]), verbose=0)
said = model.predict(x[200:], verbose=0).argmax(-1)
""",
        score="float(np_.mean(said[masks[200:] > 0] == masks[200:][masks[200:] > 0]))",
        bar=0.8,
    ),
    Model(
        name="overlap as the loss of small shapes",
        source=f"""{SCENES}
y = (masks > 0).astype("float32")[..., None]

def overlap_loss(true, guess):
    both = keras.ops.sum(true * guess, axis=(1, 2, 3))
    all_of = keras.ops.sum(true, axis=(1, 2, 3)) + keras.ops.sum(guess, axis=(1, 2, 3))
    return 1 - (2 * both + 1) / (all_of + 1)

model = keras.Sequential([
    layers.Input((24, 24, 3)),
    layers.Conv2D(12, 3, padding="same", activation="relu"),
    layers.Conv2D(12, 3, padding="same", activation="relu"),
    layers.Conv2D(1, 1, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(0.01), overlap_loss, metrics=[keras.metrics.BinaryIoU([1])])
model.fit(x, y, epochs=12, batch_size=16, verbose=0)
""",
        score="float(np_.mean((model.predict(x) > 0.5)[y > 0.5]))",
        bar=0.8,
    ),
    Model(
        name="tags of words of unequal sentences",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
lengths = rng.integers(5, 20, 800)
x = np.zeros((800, 20), "int32")
y = np.zeros((800, 20), "int32")
for row, length in enumerate(lengths):
    x[row, :length] = rng.integers(1, 60, length)
    words = x[row, :length]
    y[row, :length] = np.where(words < 20, 1, np.where(np.roll(words, 1) < 20, 2, 3))
    y[row, 0] = 1 if words[0] < 20 else 3
start = layers.Input((20,), dtype="int32")
flow = layers.Embedding(60, 16, mask_zero=True)(start)
flow = layers.Bidirectional(layers.LSTM(16, return_sequences=True))(flow)
model = keras.Model(start, layers.Dense(4, activation="softmax")(flow))
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
model.fit(x, y, epochs=8, validation_split=0.2, verbose=0)
said = model.predict(x, verbose=0).argmax(-1)
""",
        score="float(np_.mean(said[x > 0] == y[x > 0]))",
        bar=0.9,
    ),
    Model(
        name="a sequence without its alignment (CTC)",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
y = rng.integers(1, 5, (600, 3))
x = np.repeat(np.eye(5, dtype="float32")[y], 4, axis=1)
x[:, 3::4] = np.eye(5, dtype="float32")[0]
x += 0.2 * rng.normal(size=x.shape).astype("float32")
model = keras.Sequential([
    layers.Input((12, 5)),
    layers.Conv1D(24, 3, padding="same", activation="relu"),
    layers.Dense(5),
])
model.compile(keras.optimizers.Adam(0.01), keras.losses.CTC())
model.fit(x, y, epochs=15, verbose=0)
said = model.predict(x, verbose=0).argmax(-1)
read = [[k for k, before in zip(row, [0, *row[:-1]]) if k and k != before] for row in said]
""",
        score="float(np_.mean([set(row) == set(true) for row, true in zip(read, y.tolist())]))",
        bar=0.85,
    ),
    Model(
        name="where and what: a box and a class",
        source=f"""{SCENES}
kind = (masks.max(axis=(1, 2)) - 1).astype("int32")
tops = (masks > 0).any(axis=2).argmax(axis=1) / 24
lefts = (masks > 0).any(axis=1).argmax(axis=1) / 24
box = np.stack([tops, lefts, tops + 7 / 24, lefts + 7 / 24], 1).astype("float32")
start = layers.Input((24, 24, 3))
flow = layers.Conv2D(16, 3, strides=2, activation="relu")(start)
flow = layers.Conv2D(24, 3, strides=2, activation="relu")(flow)
flow = layers.Flatten()(flow)
flow = layers.Dense(48, activation="relu")(flow)
outputs = {{
    "kind": layers.Dense(2, activation="softmax", name="kind")(flow),
    "box": layers.Dense(4, activation="sigmoid", name="box")(flow),
}}
model = keras.Model(start, outputs)
model.compile(
    keras.optimizers.Adam(0.003),
    loss={{"kind": "sparse_categorical_crossentropy", "box": "mse"}},
    loss_weights={{"kind": 1.0, "box": 10.0}},
    metrics={{"kind": ["accuracy"], "box": ["mae"]}},
)
model.fit(x, {{"kind": kind, "box": box}}, epochs=15, batch_size=16, verbose=0)
""",
        score="r2_of(model.predict(x)['box'][:, :2], box[:, :2])",
        bar=0.7,
    ),
    Model(
        name="sequence to sequence with attention",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
x = rng.integers(2, 12, (2000, 6))
y = x[:, ::-1]
shifted = np.concatenate([np.ones((2000, 1), int), y[:, :-1]], axis=1)
source, target = layers.Input((6,), dtype="int32"), layers.Input((6,), dtype="int32")
read, *state = layers.LSTM(48, return_sequences=True, return_state=True)(layers.Embedding(12, 24)(source))
written = layers.LSTM(48, return_sequences=True)(layers.Embedding(12, 24)(target), initial_state=state)
looked = layers.Attention()([written, read])
flow = layers.Concatenate()([written, looked])
model = keras.Model([source, target], layers.Dense(12, activation="softmax")(flow))
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit([x, shifted], y, epochs=10, validation_split=0.1, verbose=0)
""",
        score="float(np_.mean(model.predict([x, shifted]).argmax(-1) == y))",
        bar=0.85,
    ),
    Model(
        name="a mean and a spread for every row",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
x = rng.uniform(-2, 2, (1500, 1)).astype("float32")
y = (np.sin(2 * x) + (0.05 + 0.15 * np.abs(x)) * rng.normal(size=x.shape)).astype("float32")

def negative_log_likelihood(true, guess):
    mean, log_spread = guess[:, :1], guess[:, 1:]
    return keras.ops.mean(log_spread + 0.5 * keras.ops.square((true - mean) / keras.ops.exp(log_spread)))

model = keras.Sequential([
    layers.Input((1,)),
    layers.Dense(32, activation="tanh"),
    layers.Dense(32, activation="tanh"),
    layers.Dense(2),
])
model.compile(keras.optimizers.Adam(0.01), negative_log_likelihood)
model.fit(x, y, epochs=25, verbose=0)
""",
        score="r2_of(model.predict(x)[:, :1], np_.sin(2 * x))",
        bar=0.85,
    ),
    Model(
        name="two tasks, and rows without one of the labels",
        source=f"""{DIGITS}
even = (y % 2).astype("float32")
known = (np.random.default_rng(0).random(len(x)) < 0.5).astype("float32")
start = layers.Input((64,))
flow = layers.Dense(64, activation="relu")(start)
digit = layers.Dense(10, activation="softmax", name="digit")(flow)
odd = layers.Dense(1, activation="sigmoid", name="odd")(flow)
model = keras.Model(start, {{"digit": digit, "odd": odd}})
model.compile(
    keras.optimizers.Adam(0.003),
    loss={{"digit": "sparse_categorical_crossentropy", "odd": "binary_crossentropy"}},
    weighted_metrics={{"digit": ["accuracy"], "odd": ["accuracy"]}},
)
labels = {{"digit": y, "odd": np.where(known > 0, even, 0)}}
weights = {{"digit": np.ones(len(x), "float32"), "odd": known}}
model.fit(x, labels, sample_weight=weights, epochs=12, verbose=0)
""",
        score="float(np_.mean((model.predict(x)['odd'][:, 0] > 0.5) == even))",
        bar=0.93,
    ),
    Model(
        name="a picture and a table",
        source=f"""{PICTURES}
rng = np.random.default_rng(0)
table = rng.normal(size=(len(x), 3)).astype("float32")
price = (0.3 * y + table @ [1.0, -0.5, 0.0]).astype("float32")
price = (price - price.mean()) / price.std()
picture, row = layers.Input((8, 8, 1), name="picture"), layers.Input((3,), name="row")
seen = layers.Conv2D(16, 3, activation="relu")(picture)
seen = layers.Dense(32, activation="relu")(layers.Flatten()(seen))
flow = layers.Concatenate()([seen, row])
flow = layers.Dense(32, activation="relu")(flow)
model = keras.Model([picture, row], layers.Dense(1)(flow))
model.compile(keras.optimizers.Adam(0.003), "mse", metrics=["mae"])
inputs = {{"picture": x, "row": table}}
model.fit(inputs, price, epochs=15, validation_split=0.2, verbose=0)
""",
        score="r2(model, inputs, price)",
        bar=0.85,
    ),
    Model(
        name="nodes of a graph",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
group = rng.integers(0, 3, 150)
links = rng.random((150, 150)) < np.where(group[:, None] == group[None], 0.15, 0.01)
links = ((links | links.T) | np.eye(150, dtype=bool)).astype("float32")
links /= links.sum(axis=1, keepdims=True)
x = (np.eye(3)[group] + rng.normal(size=(150, 3))).astype("float32")
known = (rng.random(150) < 0.4).astype("float32")

class GraphConvolution(layers.Layer):
    def __init__(self, units, activation=None):
        super().__init__()
        self.dense = layers.Dense(units, activation=activation)

    def call(self, rows):
        return self.dense(keras.ops.matmul(links, rows))

model = keras.Sequential([layers.Input((3,)), GraphConvolution(16, "relu"), GraphConvolution(3)])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.02), loss, weighted_metrics=["accuracy"])
model.fit(x, group, sample_weight=known, batch_size=150, shuffle=False, epochs=60, verbose=0)
said = model.predict(x, batch_size=150, verbose=0).argmax(-1)
""",
        score="float(np_.mean(said[known == 0] == group[known == 0]))",
        bar=0.85,
    ),
    Model(
        name="words that are found beside each other",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
topic = rng.integers(0, 4, 6000)
word = 10 * topic + rng.integers(0, 10, 6000)
beside = 10 * topic + rng.integers(0, 10, 6000)
drawn = rng.integers(0, 40, 6000)
words = np.concatenate([word, word])
context = np.concatenate([beside, drawn])
y = np.concatenate([np.ones(6000), np.zeros(6000)]).astype("float32")
one, other = layers.Input((), dtype="int32"), layers.Input((), dtype="int32")
left, right = layers.Embedding(40, 8)(one), layers.Embedding(40, 8)(other)
model = keras.Model([one, other], layers.Dot(axes=1)([left, right]))
model.compile(keras.optimizers.Adam(0.02), keras.losses.BinaryCrossentropy(from_logits=True))
model.fit([words, context], y, epochs=5, batch_size=128, verbose=0)
said = model.predict([words, context], verbose=0)[:, 0]
""",
        score="float(np_.mean((said > 0) == (words // 10 == context // 10)))",
        bar=0.9,
    ),
]
