"""Kinds of models, each the text of a cell that leaves a compiled `model` behind."""

from __future__ import annotations

from dataclasses import dataclass

FORMS = {
    "table": 'x = rng.normal(size=(rows, 12)).astype("float32")',
    "images": 'x = rng.normal(size=(rows, 32, 32, 3)).astype("float32")',
    "tokens": "x = rng.integers(1, 50, (rows, 12))",
    "sequence": 'x = rng.normal(size=(rows, 7, 3)).astype("float32")',
    "two tables": """
x = {
    "left": rng.normal(size=(rows, 8)).astype("float32"),
    "right": rng.normal(size=(rows, 5)).astype("float32"),
}
""",
}
"""How the inputs of a model look."""

LABELS = {
    "classes": "y = rng.integers(0, 3, rows)",
    "yes or no": "y = rng.integers(0, 2, (rows, 1))",
    "numbers": 'y = rng.normal(size=(rows, 1)).astype("float32")',
    "two outputs": """
y = {
    "kind": rng.integers(0, 3, rows),
    "size": rng.normal(size=(rows, 1)).astype("float32"),
}
""",
}
"""How its labels look."""


@dataclass(frozen=True)
class ModelKind:
    """A kind of model.

    Attributes
    ----------
    source : str
        Makes and compiles `model`.
    inputs, labels : str
        Keys of `FORMS` and `LABELS`.
    cannot : frozenset of str
        Traits of data (see data.py) that Keras itself does not train such a model on.
    made_before : bool
        It was made, and trained once, by an earlier cell.
    slow : bool
        It takes several times as long as the others.
    varies : bool
        Keras itself gives one of several outcomes, as its threads happen to meet.
    """

    source: str
    inputs: str = "table"
    labels: str = "classes"
    cannot: frozenset[str] = frozenset()
    made_before: bool = False
    slow: bool = False
    varies: bool = False


DENSE = """
model = keras.Sequential([
    keras.Input((12,)),
    layers.Dense(16, activation="relu"),
    layers.BatchNormalization(),
    layers.Dropout(0.3),
    layers.Dense(3, activation="softmax"),
])
"""

NO_SPARSE = frozenset({"sparse"})
NO_RAGGED = frozenset({"ragged"})
NEITHER = NO_SPARSE | NO_RAGGED

MODELS = {
    "mlp": ModelKind(
        """
model = keras.Sequential([
    keras.Input((12,)),
    layers.Dense(16, activation="relu", kernel_regularizer="l2"),
    layers.Dropout(0.3),
    layers.Dense(3, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
"""
    ),
    "not built": ModelKind(
        """
model = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(3)])
model.compile(
    keras.optimizers.SGD(0.05, momentum=0.9),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
"""
    ),
    "cnn": ModelKind(
        """
model = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.RandomFlip("horizontal"),
    layers.RandomRotation(0.1),
    layers.Conv2D(4, 3, strides=4),
    layers.BatchNormalization(),
    layers.ReLU(),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dropout(0.5),
    layers.Dense(3, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
""",
        inputs="images",
    ),
    "lstm": ModelKind(
        """
model = keras.Sequential([
    keras.Input((None,)),
    layers.Embedding(50, 8, mask_zero=True),
    layers.LSTM(8, dropout=0.2, recurrent_dropout=0.2),
    layers.Dense(1, activation="sigmoid"),
])
model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy", keras.metrics.AUC()])
""",
        inputs="tokens",
        labels="yes or no",
        cannot=NO_RAGGED,
        slow=True,
    ),
    "bag of words": ModelKind(
        """
class Mean(layers.Layer):
    def call(self, words):
        return tf.reduce_mean(words, axis=1)

model = keras.Sequential([
    layers.Embedding(50, 8), Mean(), layers.Dense(1, activation="sigmoid")
])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
""",
        inputs="tokens",
        labels="yes or no",
    ),
    "loops with state": ModelKind(
        """
model = keras.Sequential([
    keras.Input((7, 3), batch_size=16),
    layers.Bidirectional(layers.GRU(6, return_sequences=True)),
    layers.SimpleRNN(5, stateful=True),
    layers.Dense(1),
])
model.compile(keras.optimizers.Adam(amsgrad=True), "mse", metrics=["mae"])
""",
        inputs="sequence",
        labels="numbers",
        slow=True,
    ),
    "attention": ModelKind(
        """
words = keras.Input((7, 3))
seen = layers.MultiHeadAttention(2, 4, dropout=0.1)(words, words)
seen = layers.LayerNormalization()(seen + words)
model = keras.Model(words, layers.Dense(1)(layers.GlobalAveragePooling1D()(seen)))
model.compile(keras.optimizers.AdamW(clipnorm=1.0), "mse")
""",
        inputs="sequence",
        labels="numbers",
    ),
    "two inputs and two outputs": ModelKind(
        """
left, right = keras.Input((8,), name="left"), keras.Input((5,), name="right")
both = layers.Concatenate()([layers.Dense(6)(left), layers.Dense(6)(right)])
both = layers.Dropout(0.2)(layers.Activation("relu")(both))
model = keras.Model(
    {"left": left, "right": right},
    {
        "kind": layers.Dense(3, activation="softmax", name="kind")(both),
        "size": layers.Dense(1, name="size")(both),
    },
)
model.compile(
    "adam",
    {"kind": "sparse_categorical_crossentropy", "size": "mse"},
    loss_weights={"kind": 1.0, "size": 0.5},
    metrics={"kind": ["accuracy"], "size": ["mae"]},
)
""",
        inputs="two tables",
        labels="two outputs",
    ),
    "nested and shared layers": ModelKind(
        """
inputs = keras.Input((12,))
block = keras.Sequential([layers.Dense(12, activation="relu"), layers.Dropout(0.2)], name="block")
outer = keras.Sequential([block, layers.BatchNormalization()], name="outer")
shared = layers.Dense(12, activation="gelu")
outputs = layers.Dense(3, activation="softmax")(shared(outer(shared(inputs))) + block(inputs))
model = keras.Model(inputs, outputs)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
"""
    ),
    "its own train_step": ModelKind(
        """
class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [layers.Dense(12, activation="relu"), layers.Dense(12, activation="gelu")]
        self.norm, self.drop = layers.BatchNormalization(), layers.Dropout(0.3)
        self.head = layers.Dense(3)
        self.noise = tf.Variable(0.0, trainable=False)
        self.seen = []

    def call(self, inputs, training=False):
        self.seen.append("call")
        for block in self.blocks:
            inputs = block(inputs)
        return self.head(self.drop(self.norm(inputs, training=training), training=training))

    def train_step(self, data):
        inputs, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
        self.noise.assign_add(tf.random.normal(()))
        with tf.GradientTape() as tape:
            predicted = self(inputs, training=True)
            loss = self.compute_loss(inputs, labels, predicted, weights)
            loss += 0.01 * tf.reduce_mean(predicted**2)
        gradients = tape.gradient(loss, self.trainable_variables)
        gradients, _ = tf.clip_by_global_norm(gradients, 0.5)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        for metric in self.metrics:
            seen = (loss,) if metric.name == "loss" else (labels, predicted)
            metric.update_state(*seen)
        return {metric.name: metric.result() for metric in self.metrics}

model = Own()
model.compile(
    "adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
)
"""
    ),
    "two optimizers": ModelKind(
        """
class Gan(keras.Model):
    def __init__(self):
        super().__init__()
        self.generator = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(12)])
        self.critic = keras.Sequential([
            layers.Dense(8, "relu"), layers.Dropout(0.2), layers.Dense(1)
        ])
        self.noise = keras.random.SeedGenerator(5)
        self.score = keras.metrics.Mean(name="score")

    def compile(self, critic_optimizer, generator_optimizer):
        super().compile()
        self.critic_optimizer, self.generator_optimizer = critic_optimizer, generator_optimizer
        self.cost = keras.losses.BinaryCrossentropy(from_logits=True)

    def call(self, inputs):
        return self.critic(inputs)

    @property
    def metrics(self):
        return [self.score]

    def train_step(self, data):
        real, *_ = keras.utils.unpack_x_y_sample_weight(data)
        count = tf.shape(real)[0]
        noise = keras.random.normal((count, 4), seed=self.noise)
        ones, zeros = tf.ones((count, 1)), tf.zeros((count, 1))
        with tf.GradientTape() as tape:
            fake = self.generator(noise)
            loss = self.cost(ones, self.critic(real, training=True))
            loss += self.cost(zeros, self.critic(fake, training=True))
        own = self.critic.trainable_weights
        self.critic_optimizer.apply_gradients(zip(tape.gradient(loss, own), own))
        with tf.GradientTape() as tape:
            other = self.cost(ones, self.critic(self.generator(noise), training=True))
        own = self.generator.trainable_weights
        self.generator_optimizer.apply_gradients(zip(tape.gradient(other, own), own))
        self.score.update_state(loss)
        return {"loss": loss, "generator": other, "score": self.score.result()}

    def test_step(self, data):
        real, *_ = keras.utils.unpack_x_y_sample_weight(data)
        return {"loss": tf.reduce_mean(self.critic(real))}

model = Gan()
model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.RMSprop(1e-3))
"""
    ),
    "parts of one mode": ModelKind(
        """
class Modal(keras.Model):
    def __init__(self):
        super().__init__()
        self.mix, self.steady = layers.Dense(12, "tanh"), layers.Dense(12)
        self.head = layers.Dense(3, "softmax")

    def call(self, inputs, training=False):
        return self.head(self.mix(inputs) if training else self.steady(inputs))

    def get_config(self):
        return {}

model = Modal()
model.compile("adam", "sparse_categorical_crossentropy")
"""
    ),
    "subclass without get_config": ModelKind(
        """
class Plain(keras.Model):
    def __init__(self, sizes, table):
        super().__init__()
        self.table = table
        self.hidden = [layers.Dense(size, activation="relu") for size in sizes]
        self.head = layers.Dense(3, activation="softmax")
        self.calls, self.last = 0, None

    @tf.function
    def scaled(self, inputs):
        return inputs * self.table["scale"]

    def call(self, inputs):
        self.calls += 1
        inputs = self.scaled(inputs)
        for layer in self.hidden:
            inputs = layer(inputs)
        return self.head(inputs)

model = Plain([8, 8], {"scale": 0.5})
model.compile("sgd", "sparse_categorical_crossentropy")
""",
        cannot=NO_SPARSE,  # its `tf.function` forgets how wide sparse rows are
    ),
    "layer, loss and metric of the cell": ModelKind(
        """
class Scale(layers.Layer):
    def build(self, shape):
        self.factor = self.add_weight(shape=(shape[-1],), initializer="ones")
        self.seen = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, inputs):
        self.seen.assign_add(1.0)
        return inputs * self.factor

class Cost(keras.losses.Loss):
    def call(self, labels, predicted):
        return keras.losses.sparse_categorical_crossentropy(labels, predicted) * 1.5

class Share(keras.metrics.Metric):
    def __init__(self, name="share"):
        super().__init__(name=name)
        self.total = self.add_weight(shape=(), initializer="zeros")

    def update_state(self, labels, predicted, sample_weight=None):
        self.total.assign_add(keras.ops.mean(keras.ops.max(predicted, axis=-1)))

    def result(self):
        return self.total

    def reset_state(self):
        self.total.assign(0.0)

model = keras.Sequential([
    keras.Input((12,)), Scale(), layers.Dense(8, "relu"), layers.Dense(3, "softmax")
])
model.compile("adam", Cost(), metrics=[Share()])
"""
    ),
    "lambda loss": ModelKind(
        DENSE
        + """
model.compile(
    "adam",
    lambda labels, predicted: keras.losses.sparse_categorical_crossentropy(labels, predicted) ** 2,
)
"""
    ),
    "mixed precision": ModelKind(
        'keras.mixed_precision.set_global_policy("mixed_float16")'
        + DENSE
        + 'model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])',
        cannot=NO_SPARSE,
    ),
    "run eagerly": ModelKind(
        DENSE + 'model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)'
    ),
    "compiled by XLA": ModelKind(
        DENSE + 'model.compile("adam", "sparse_categorical_crossentropy", jit_compile=True)',
        cannot=NO_SPARSE,
        slow=True,
    ),
    "loaded from disk": ModelKind(
        DENSE
        + """
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.save(folder / "saved.keras")
model = keras.saving.load_model(folder / "saved.keras")
"""
    ),
    "already trained": ModelKind(
        DENSE
        + """
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, batch_size=16, verbose=0)
""",
        made_before=True,
        # Traced for arrays before, Keras traces a frame for any shape, and raises: "Cannot take
        # the length of shape with unknown rank".
        cannot=frozenset({"frame"}),
    ),
    "averaged and accumulated": ModelKind(
        DENSE
        + """
optimizer = keras.optimizers.Adam(
    keras.optimizers.schedules.ExponentialDecay(0.01, 3, 0.9),
    use_ema=True, ema_overwrite_frequency=3, gradient_accumulation_steps=2, clipnorm=1.0,
)
model.compile(optimizer, "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
""",
        cannot=frozenset({"scheduler"}),  # its rate has a schedule of its own
    ),
    "losses of layers": ModelKind(
        """
class Small(layers.Layer):
    def call(self, inputs):
        self.add_loss(0.01 * keras.ops.mean(keras.ops.square(inputs)))
        return inputs

model = keras.Sequential([
    keras.Input((12,)),
    layers.Dense(8, activation="relu", activity_regularizer="l1"),
    Small(),
    layers.GaussianNoise(0.1),
    layers.Dense(3, activation="softmax", bias_regularizer="l2"),
])
model.compile("adam", "sparse_categorical_crossentropy")
"""
    ),
    "frozen layers": ModelKind(
        """
base = keras.Sequential([
    keras.Input((12,)), layers.Dense(8), layers.BatchNormalization(), layers.SpectralNormalization(
        layers.Dense(8)
    ),
])
base.trainable = False
model = keras.Sequential([
    keras.Input((12,)), base, layers.SpectralNormalization(layers.Dense(6)), layers.Dense(3)
])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
"""
    ),
    "part of a model of keras.applications": ModelKind(
        """
whole = keras.applications.MobileNetV2(
    (32, 32, 3), alpha=0.35, weights=None, include_top=False
)
low = layers.GlobalAveragePooling2D()(whole.get_layer("block_3_expand_relu").output)
model = keras.Model(whole.input, layers.Dense(3, activation="softmax")(low))
model.compile("adam", "sparse_categorical_crossentropy")
""",
        inputs="images",
        slow=True,
    ),
    "mirrored strategy": ModelKind(
        "with tf.distribute.MirroredStrategy().scope():\n    "
        + DENSE.strip().replace("\n", "\n    ")
        + '\n    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])\n',
        # Under a strategy Keras builds the metrics with an iterator of its own, whose thread
        # draws ahead: of a generator, any number of batches is lost to training.
        cannot=frozenset({"generator"}),
        varies=True,  # two plain runs in a row differed in 5 of 12 tries on a busy machine
    ),
}
