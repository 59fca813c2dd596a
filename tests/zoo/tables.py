"""Models of tables: numbers in, a class or a number out."""

from __future__ import annotations

from tests.zoo.model import CANCER, DIGITS, FRIEDMAN, IRIS, KERAS, Model

CLASSES = "acc(model, x, y)"
NUMBERS = "r2(model, x, y)"

DENSE_HEAD = """
model = keras.Sequential([
    layers.Input((64,)),
    layers.Dense(64, activation="{activation}"),
    layers.Dense(32, activation="{activation}"),
    layers.Dense(10, activation="softmax"),
])
model.compile({optimizer}, "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs={epochs}, verbose=0)
"""

YES_OR_NO = """
model = keras.Sequential([
    layers.Input((30,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile("adam", {loss}, metrics=[{metric}])
model.fit(x, y, epochs=15, verbose=0{more})
"""

LINE = """
model = keras.Sequential([
    layers.Input((10,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(32, activation="relu"),
    layers.Dense(1),
])
model.compile(keras.optimizers.Adam(0.005), {loss}, metrics=["mae"])
model.fit(x, y, epochs=25, verbose=0{more})
"""


def digits(name: str, activation: str, optimizer: str, epochs: int = 12) -> Model:
    source = DENSE_HEAD.format(activation=activation, optimizer=optimizer, epochs=epochs)
    return Model(name=name, source=DIGITS + source, score=CLASSES, bar=0.9)


def yes_or_no(name: str, loss: str, metric: str = '"accuracy"', more: str = "") -> Model:
    source = YES_OR_NO.format(loss=loss, metric=metric, more=more)
    return Model(name=name, source=CANCER + source, score=CLASSES, bar=0.93)


def line(name: str, loss: str, bar: float = 0.85, before: str = "", more: str = "") -> Model:
    source = f"{FRIEDMAN}{before}{LINE.format(loss=loss, more=more)}"
    return Model(name=name, source=source, score=NUMBERS, bar=bar)


OPTIMIZERS = [
    digits("dense, Adam", "relu", '"adam"'),
    digits("dense, RMSprop", "relu", '"rmsprop"'),
    digits("dense, SGD", "relu", "keras.optimizers.SGD(0.1)"),
    digits("dense, SGD with momentum", "relu", "keras.optimizers.SGD(0.05, momentum=0.9)"),
    digits("dense, AdamW", "relu", "keras.optimizers.AdamW(0.003, weight_decay=0.01)"),
    digits("dense, Nadam", "relu", '"nadam"'),
    digits("dense, Adamax", "relu", "keras.optimizers.Adamax(0.005)"),
    digits("dense, Adagrad at 0.1", "relu", "keras.optimizers.Adagrad(0.1)"),
    digits("dense, Adadelta at 1", "relu", "keras.optimizers.Adadelta(1.0)"),
    digits("dense, Adam at 0.03", "relu", "keras.optimizers.Adam(0.03)"),
    digits("dense, clipped gradients", "relu", "keras.optimizers.Adam(0.005, clipnorm=1.0)"),
    digits(
        "dense, cosine schedule",
        "relu",
        "keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, 12 * 57))",
    ),
    digits(
        "dense, exponential schedule",
        "relu",
        "keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.3, 400, 0.7))",
    ),
]

ACTIVATIONS = [
    digits(f"dense, {name}", name, '"adam"')
    for name in ("tanh", "elu", "gelu", "swish", "leaky_relu")
] + [digits("dense, sigmoid", "sigmoid", "keras.optimizers.Adam(0.01)", 15)]

LOSSES = [
    yes_or_no("binary", '"binary_crossentropy"'),
    yes_or_no("focal loss", "keras.losses.BinaryFocalCrossentropy()"),
    yes_or_no("squared error on probabilities", '"mse"'),
    yes_or_no("binary, precision and recall", '"binary_crossentropy"', '"precision", "recall"'),
    yes_or_no("class weights", '"binary_crossentropy"', more=", class_weight={0: 1.3, 1: 0.8}"),
    yes_or_no("validation split", '"binary_crossentropy"', more=", validation_split=0.2"),
    yes_or_no(
        "label smoothing of one unit", "keras.losses.BinaryCrossentropy(label_smoothing=0.1)"
    ),
    line("squared error", '"mse"'),
    line("absolute error", '"mae"'),
    line("Huber", "keras.losses.Huber()"),
    line("log cosh", '"log_cosh"'),
    line("targets as a column", '"mse"', before="y = y[:, None]\n"),
    line("targets of ten", '"mse"', before="y = y * 5 + 14\n"),
    line("row weights", '"mse"', more=", sample_weight=np.where(y > 0, 1.5, 0.75)"),
    line(
        "a loss of one's own",
        "own_loss",
        before="""
def own_loss(true, guess):
    return keras.ops.mean(keras.ops.square(true - guess) + 0.1 * keras.ops.abs(true - guess))

y = y[:, None]
""",
    ),
    line(
        "quantile loss",
        "quantile",
        bar=0.7,
        before="""
def quantile(true, guess):
    off = true - guess
    return keras.ops.mean(keras.ops.maximum(0.7 * off, -0.3 * off), axis=-1)

y = y[:, None]
""",
    ),
]

OTHERS = [
    Model(
        name="from logits",
        source=f"""{IRIS}
model = keras.Sequential([
    layers.Input((4,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(3),
])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.02), loss, metrics=["accuracy"])
model.fit(x, y, epochs=30, batch_size=16, verbose=0)
""",
        score=CLASSES,
        bar=0.93,
    ),
    Model(
        name="one logit",
        source=f"""{CANCER}
model = keras.Sequential([layers.Input((30,)), layers.Dense(16, activation="relu"), layers.Dense(1)])
loss = keras.losses.BinaryCrossentropy(from_logits=True)
model.compile("adam", loss, metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)])
model.fit(x, y, epochs=15, verbose=0)
""",
        score="float(np_.mean((model.predict(x)[:, 0] > 0) == y))",
        bar=0.93,
    ),
    Model(
        name="one-hot with label smoothing",
        source=f"""{IRIS}
y = keras.utils.to_categorical(y)
model = keras.Sequential([
    layers.Input((4,)),
    layers.Dense(16, activation="tanh"),
    layers.Dense(3, activation="softmax"),
])
loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
model.compile(keras.optimizers.Adam(0.02), loss, metrics=["accuracy"])
model.fit(x, y, epochs=30, batch_size=16, verbose=0)
""",
        score=CLASSES,
        bar=0.93,
    ),
    Model(
        name="logistic regression",
        source=f"""{CANCER}
model = keras.Sequential([layers.Input((30,)), layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=15, verbose=0)
""",
        score=CLASSES,
        bar=0.93,
    ),
    Model(
        name="linear regression of raw disease scores",
        source=f"""{KERAS}from sklearn.datasets import load_diabetes

x, y = load_diabetes(return_X_y=True)
x = (x / x.std(axis=0)).astype("float32")
model = keras.Sequential([layers.Input((10,)), layers.Dense(32, activation="relu"), layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.02), "mse", metrics=["mae"])
model.fit(x, y, epochs=40, verbose=0)
""",
        score=NUMBERS,
        bar=0.35,
    ),
    Model(
        name="raw columns behind Normalization",
        source=f"""{KERAS}from sklearn.datasets import load_wine

x, y = load_wine(return_X_y=True)
order = np.random.default_rng(0).permutation(len(x))
x, y = x[order].astype("float32"), y[order]
scale = layers.Normalization()
scale.adapt(x)
model = keras.Sequential([
    layers.Input((13,)),
    scale,
    layers.Dense(16, activation="relu"),
    layers.Dense(3, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=20, batch_size=16, verbose=0)
""",
        score=CLASSES,
        bar=0.93,
    ),
    Model(
        name="raw columns behind BatchNormalization",
        source=f"""{KERAS}from sklearn.datasets import load_wine

x, y = load_wine(return_X_y=True)
order = np.random.default_rng(0).permutation(len(x))
x, y = x[order].astype("float32"), y[order]
model = keras.Sequential([
    layers.Input((13,)),
    layers.BatchNormalization(momentum=0.8),
    layers.Dense(16, activation="relu"),
    layers.Dense(3, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=25, batch_size=16, verbose=0)
""",
        score=CLASSES,
        bar=0.9,
    ),
    Model(
        name="raw digits of 0 to 16",
        source=f"""{DIGITS}
x = x * 16
model = keras.Sequential([
    layers.Input((64,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=10, verbose=0)
""",
        score=CLASSES,
        bar=0.93,
    ),
    Model(
        name="dropout, batch normalization and L2",
        source=f"""{DIGITS}
model = keras.Sequential([
    layers.Input((64,)),
    layers.Dense(128, kernel_regularizer=keras.regularizers.L2(1e-3)),
    layers.BatchNormalization(),
    layers.Activation("relu"),
    layers.Dropout(0.5),
    layers.Dense(64, activation="relu"),
    layers.Dropout(0.3),
    layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=12, validation_split=0.1, verbose=0)
""",
        score=CLASSES,
        bar=0.9,
    ),
    Model(
        name="SELU with alpha dropout",
        source=f"""{DIGITS}
x = (x - x.mean()) / x.std()
model = keras.Sequential([
    layers.Input((64,)),
    *[
        layers.Dense(48, activation="selu", kernel_initializer="lecun_normal")
        for _ in range(5)
    ],
    layers.AlphaDropout(0.1),
    layers.Dense(10, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=10, verbose=0)
""",
        score=CLASSES,
        bar=0.9,
    ),
    Model(
        name="multi-label",
        source=f"""{KERAS}from sklearn.datasets import make_multilabel_classification

x, y = make_multilabel_classification(1000, 20, n_classes=4, random_state=0)
x = ((x - x.mean(axis=0)) / x.std(axis=0)).astype("float32")
model = keras.Sequential([
    layers.Input((20,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(4, activation="sigmoid"),
])
model.compile("adam", "binary_crossentropy", metrics=["binary_accuracy"])
model.fit(x, y, epochs=25, verbose=0)
""",
        score="float(np_.mean((model.predict(x) > 0.5) == y))",
        bar=0.85,
    ),
    Model(
        name="counts under Poisson",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
x = rng.normal(size=(1500, 5)).astype("float32")
rate = np.exp(0.8 + 0.6 * x[:, 0] - 0.5 * x[:, 1])
y = rng.poisson(rate)
model = keras.Sequential([
    layers.Input((5,)),
    layers.Dense(16, activation="tanh"),
    layers.Dense(1, activation="exponential"),
])
model.compile(keras.optimizers.Adam(0.01), "poisson")
model.fit(x, y, epochs=15, verbose=0)
""",
        score="r2(model, x, rate)",
        bar=0.7,
    ),
    Model(
        name="ratings of one to five as numbers",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
x = rng.normal(size=(1200, 8)).astype("float32")
y = np.clip(np.round(3 + x[:, 0] + 0.7 * x[:, 1]), 1, 5)
model = keras.Sequential([layers.Input((8,)), layers.Dense(32, activation="relu"), layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
model.fit(x, y, epochs=15, verbose=0)
""",
        score=NUMBERS,
        bar=0.8,
    ),
    Model(
        name="five percent of positives",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
x = rng.normal(size=(3000, 6)).astype("float32")
y = (x[:, 0] + x[:, 1] > 2.33).astype(int)
model = keras.Sequential([
    layers.Input((6,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy", "auc"])
model.fit(x, y, epochs=12, verbose=0)
""",
        score="bacc(model, x, y)",
        bar=0.85,
    ),
    Model(
        name="five percent of positives, weighted",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
x = rng.normal(size=(3000, 6)).astype("float32")
y = (x[:, 0] + x[:, 1] > 2.33).astype(int)
model = keras.Sequential([
    layers.Input((6,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["auc"])
model.fit(x, y, epochs=10, class_weight={{0: 0.53, 1: 10.0}}, verbose=0)
""",
        score="bacc(model, x, y)",
        bar=0.9,
    ),
    Model(
        name="hinge on minus one and one",
        source=f"""{CANCER}
y = np.where(y == 1, 1.0, -1.0)
model = keras.Sequential([
    layers.Input((30,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="tanh"),
])
model.compile("adam", "hinge")
model.fit(x, y, epochs=15, verbose=0)
""",
        score="float(np_.mean((model.predict(x)[:, 0] > 0) == (y > 0)))",
        bar=0.93,
    ),
    Model(
        name="callbacks",
        source=f"""{CANCER}
model = keras.Sequential([
    layers.Input((30,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)
slow_down = keras.callbacks.ReduceLROnPlateau(patience=3, min_lr=1e-5)
model.fit(x, y, epochs=20, validation_split=0.2, callbacks=[stop, slow_down], verbose=0)
""",
        score=CLASSES,
        bar=0.92,
    ),
]

MODELS = [*OPTIMIZERS, *ACTIVATIONS, *LOSSES, *OTHERS]
