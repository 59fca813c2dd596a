"""Models of several inputs or outputs, with steps of their own, and ways to hand over data."""

from __future__ import annotations

from tests.zoo.model import CANCER, DIGITS, FRIEDMAN, IRIS, KERAS, Model

CLASSES = "acc(model, x, y)"

SMALL = """
model = keras.Sequential([
    layers.Input((30,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
"""

PIPELINES = {
    "dataset, shuffled and cached": """
import tensorflow as tf

data = tf.data.Dataset.from_tensor_slices((x, y)).cache().shuffle(600).batch(32).prefetch(2)
model.fit(data, epochs=15, verbose=0)
""",
    "dataset, augmented and repeated": """
import tensorflow as tf

data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(600).repeat().batch(32)
data = data.map(lambda row, label: (row + tf.random.normal(tf.shape(row), stddev=0.1, dtype=row.dtype), label))
model.fit(data, epochs=15, steps_per_epoch=18, verbose=0)
""",
    "endless generator": """
def batches():
    rng = np.random.default_rng(0)
    while True:
        rows = rng.integers(0, len(x), 32)
        yield x[rows], y[rows]

model.fit(batches(), epochs=15, steps_per_epoch=18, verbose=0)
""",
    "PyDataset": """
class Batches(keras.utils.PyDataset):
    def __len__(self):
        return len(x) // 32

    def __getitem__(self, at):
        return x[at * 32 : at * 32 + 32], y[at * 32 : at * 32 + 32]

model.fit(Batches(), epochs=15, verbose=0)
""",
    "data frame": """
import pandas as pd

model.fit(pd.DataFrame(x), pd.Series(y), epochs=15, verbose=0)
""",
}

MODELS = [
    *(
        Model(name=name, source=f"{CANCER}{SMALL}{fit}", score=CLASSES, bar=0.92)
        for name, fit in PIPELINES.items()
    ),
    Model(
        name="variational autoencoder",
        source=f"""{DIGITS}
class Variational(keras.Model):
    def __init__(self):
        super().__init__()
        self.encode = keras.Sequential([layers.Dense(48, activation="relu"), layers.Dense(16)])
        self.decode = keras.Sequential([layers.Dense(48, activation="relu"), layers.Dense(64)])

    def call(self, rows):
        mean, spread = keras.ops.split(self.encode(rows), 2, axis=-1)
        noise = keras.random.normal(keras.ops.shape(mean))
        off = keras.ops.square(mean) + keras.ops.exp(spread) - spread - 1
        self.add_loss(0.0005 * keras.ops.mean(keras.ops.sum(off, axis=-1)))
        return self.decode(mean + keras.ops.exp(spread / 2) * noise)

model = Variational()
model.compile(keras.optimizers.Adam(0.003), "mse")
model.fit(x, x, epochs=20, verbose=0)
""",
        score="r2(model, x, x)",
        bar=0.3,
    ),
    Model(
        name="variational autoencoder with a step of its own",
        source=f"""{DIGITS}import tensorflow as tf

class Variational(keras.Model):
    def __init__(self):
        super().__init__()
        self.encode = keras.Sequential([layers.Dense(48, activation="relu"), layers.Dense(16)])
        self.decode = keras.Sequential([layers.Dense(48, activation="relu"), layers.Dense(64)])

    def call(self, rows):
        return self.decode(self.encode(rows)[:, :8])

    def train_step(self, rows):
        with tf.GradientTape() as tape:
            mean, spread = tf.split(self.encode(rows), 2, axis=-1)
            noise = tf.random.normal(tf.shape(mean))
            back = self.decode(mean + tf.exp(spread / 2) * noise)
            off = tf.square(mean) + tf.exp(spread) - spread - 1
            loss = tf.reduce_mean(tf.reduce_sum(tf.square(rows - back), -1))
            loss += 0.02 * tf.reduce_mean(tf.reduce_sum(off, -1))
        found = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(found, self.trainable_weights))
        return {{"loss": loss}}

model = Variational()
model.compile(optimizer=keras.optimizers.Adam(0.003))
model.fit(x, epochs=20, verbose=0)
""",
        score="r2(model, x, x)",
        bar=0.3,
    ),
    Model(
        name="siamese pairs under a contrastive loss",
        source=f"""{DIGITS}
rng = np.random.default_rng(0)
left = rng.integers(0, len(x), 2000)
right = rng.integers(0, len(x), 2000)
same = rng.random(2000) < 0.5
by_class = [np.flatnonzero(y == digit) for digit in range(10)]
right[same] = [rng.choice(by_class[digit]) for digit in y[left[same]]]
apart = (y[left] != y[right]).astype("float32")[:, None]
pairs = [x[left], x[right]]

def contrastive(apart, distance):
    near = (1 - apart) * keras.ops.square(distance)
    far = apart * keras.ops.square(keras.ops.maximum(1 - distance, 0))
    return keras.ops.mean(near + far)

tower = keras.Sequential([layers.Dense(64, activation="relu"), layers.Dense(16)])
one, other = layers.Input((64,)), layers.Input((64,))
off = layers.Subtract()([tower(one), tower(other)])
distance = layers.Lambda(
    lambda rows: keras.ops.sqrt(keras.ops.sum(rows * rows, axis=-1, keepdims=True) + 1e-7)
)(off)
model = keras.Model([one, other], distance)
model.compile(keras.optimizers.Adam(0.003), contrastive)
model.fit(pairs, apart, epochs=10, verbose=0)
""",
        score="float(np_.mean((model.predict(pairs) > 0.5) == (apart > 0.5)))",
        bar=0.9,
    ),
    Model(
        name="generator against discriminator",
        source=f"""{KERAS}import tensorflow as tf

rng = np.random.default_rng(0)
x = (rng.normal(size=(1024, 2)) * 0.3 + [1.0, -1.0]).astype("float32")

class Against(keras.Model):
    def __init__(self):
        super().__init__()
        self.make = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(2)])
        self.tell = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(1)])

    def call(self, noise):
        return self.make(noise)

    def compile(self, one, other):
        super().compile()
        self.one, self.other = one, other
        self.judge = keras.losses.BinaryCrossentropy(from_logits=True)

    def train_step(self, real):
        noise = tf.random.normal((tf.shape(real)[0], 4))
        truth = tf.concat([tf.ones((tf.shape(real)[0], 1)), tf.zeros((tf.shape(real)[0], 1))], 0)
        with tf.GradientTape() as tape:
            told = self.tell(tf.concat([real, self.make(noise)], 0))
            loss = self.judge(truth, told)
        weights = self.tell.trainable_weights
        self.one.apply_gradients(zip(tape.gradient(loss, weights), weights))
        with tf.GradientTape() as tape:
            told = self.tell(self.make(noise))
            fooled = self.judge(tf.ones_like(told), told)
        weights = self.make.trainable_weights
        self.other.apply_gradients(zip(tape.gradient(fooled, weights), weights))
        return {{"told": loss, "fooled": fooled}}

model = Against()
model.compile(keras.optimizers.Adam(0.005), keras.optimizers.Adam(0.005))
model.fit(x, epochs=40, verbose=0)
made = model.predict(rng.normal(size=(500, 4)).astype("float32"), verbose=0)
""",
        score="-float(np_.abs(made.mean(0) - x.mean(0)).max())",
        bar=-0.7,
    ),
    Model(
        name="structured data",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
kind = rng.choice(["cat", "dog", "fish"], 1000)
age = rng.integers(1, 90, 1000).astype("float32")
y = ((kind == "dog") | (age > 60)).astype(int)
look = layers.StringLookup(output_mode="one_hot")
look.adapt(kind)
scale = layers.Normalization(axis=None)
scale.adapt(age)
known = np.asarray(look(kind), "float32")
one, other = layers.Input((4,), name="kind"), layers.Input((1,), name="age")
flow = layers.Concatenate()([one, scale(other)])
flow = layers.Dense(16, activation="relu")(flow)
model = keras.Model({{"kind": one, "age": other}}, layers.Dense(1, activation="sigmoid")(flow))
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
x = {{"kind": known, "age": age[:, None]}}
model.fit(x, y, epochs=12, verbose=0)
""",
        score=CLASSES,
        bar=0.9,
    ),
    Model(
        name="wide and deep",
        source=f"""{FRIEDMAN}
start = layers.Input((10,))
deep = layers.Dense(48, activation="relu")(start)
deep = layers.Dense(24, activation="relu")(deep)
model = keras.Model(start, layers.Dense(1)(layers.Concatenate()([start, deep])))
model.compile(keras.optimizers.Adam(0.005), "mse", metrics=["mae"])
model.fit(x, y, epochs=20, verbose=0)
""",
        score="r2(model, x, y)",
        bar=0.85,
    ),
    Model(
        name="two outputs",
        source=f"""{IRIS}
start = layers.Input((3,))
flow = layers.Dense(24, activation="relu")(start)
kind = layers.Dense(3, activation="softmax", name="kind")(flow)
width = layers.Dense(1, name="width")(flow)
model = keras.Model(start, [kind, width])
model.compile(
    keras.optimizers.Adam(0.02),
    {{"kind": "sparse_categorical_crossentropy", "width": "mse"}},
    metrics={{"kind": "accuracy", "width": "mae"}},
)
model.fit(x[:, :3], {{"kind": y, "width": x[:, 3]}}, epochs=30, batch_size=16, verbose=0)
""",
        score="float(np_.mean(model.predict(x[:, :3])[0].argmax(-1) == y))",
        bar=0.9,
    ),
    Model(
        name="model class with a layer of one's own",
        source=f"""{IRIS}
class Straight(layers.Layer):
    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 24))

    def call(self, rows):
        return keras.ops.relu(rows @ self.kernel)

class Flower(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.last = Straight(), layers.Dense(3, activation="softmax")

    def call(self, rows):
        return self.last(self.first(rows))

model = Flower()
model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=30, batch_size=16, verbose=0)
""",
        score=CLASSES,
        bar=0.93,
    ),
    Model(
        name="recommendation by a product of embeddings",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
tastes, kinds = rng.normal(size=(40, 3)), rng.normal(size=(30, 3))
user, item = rng.integers(0, 40, 3000), rng.integers(0, 30, 3000)
y = (tastes[user] * kinds[item]).sum(axis=1).astype("float32")
one, other = layers.Input((1,), dtype="int32"), layers.Input((1,), dtype="int32")
left = layers.Flatten()(layers.Embedding(40, 6)(one))
right = layers.Flatten()(layers.Embedding(30, 6)(other))
model = keras.Model([one, other], layers.Dot(axes=1)([left, right]))
model.compile(keras.optimizers.Adam(0.03), "mse")
model.fit([user[:, None], item[:, None]], y, epochs=12, verbose=0)
""",
        score="r2(model, [user[:, None], item[:, None]], y)",
        bar=0.8,
    ),
    Model(
        name="training goes on",
        source=f"""{CANCER}{SMALL}
model.fit(x, y, epochs=8, verbose=0)
model.fit(x, y, epochs=8, verbose=0)
""",
        score=CLASSES,
        bar=0.92,
    ),
]
