"""Models of sequences: signals, words, forecasts."""

from __future__ import annotations

from tests.zoo.model import KERAS, TOKENS, WAVES, Model

CLASSES = "acc(model, x, y)"


def signal(name: str, body: str, epochs: int = 10) -> Model:
    source = f"""{WAVES}
model = keras.Sequential([
    layers.Input((32, 1)),
{body}
    layers.Dense(3, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs={epochs}, verbose=0)
"""
    return Model(name=name, source=source, score=CLASSES, bar=0.9)


def words(name: str, body: str, embedding: str = "layers.Embedding(100, 16)") -> Model:
    source = f"""{TOKENS}
start = layers.Input((16,), dtype="int32")
flow = {embedding}(start)
{body}
model = keras.Model(start, layers.Dense(1, activation="sigmoid")(flow))
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=6, verbose=0)
"""
    return Model(name=name, source=source, score=CLASSES, bar=0.9)


MODELS = [
    signal("LSTM", "    layers.LSTM(24),"),
    signal("GRU, two high", "    layers.GRU(16, return_sequences=True),\n    layers.GRU(16),", 8),
    signal("bidirectional LSTM", "    layers.Bidirectional(layers.LSTM(12)),"),
    signal(
        "convolutions over time",
        """    layers.Conv1D(16, 5, activation="relu"),
    layers.MaxPooling1D(),
    layers.Conv1D(16, 5, activation="relu"),
    layers.GlobalMaxPooling1D(),""",
    ),
    words("mean of embeddings", "flow = layers.GlobalAveragePooling1D()(flow)"),
    words("embeddings, flattened", "flow = layers.Flatten()(flow)"),
    words(
        "masked words",
        "flow = layers.LSTM(16)(flow)",
        "layers.Embedding(100, 16, mask_zero=True)",
    ),
    words(
        "Transformer",
        """
looked = layers.MultiHeadAttention(2, 8)(flow, flow)
flow = layers.LayerNormalization()(layers.Add()([flow, looked]))
more = layers.Dense(32, activation="relu")(flow)
more = layers.Dense(16)(more)
flow = layers.LayerNormalization()(layers.Add()([flow, more]))
flow = layers.GlobalAveragePooling1D()(flow)
flow = layers.Dropout(0.1)(flow)""",
    ),
    Model(
        name="text vectorization",
        source=f"""{KERAS}import tensorflow as tf

rng = np.random.default_rng(0)
y = rng.integers(0, 2, 600)
good, bad = ["fine", "lovely", "great", "warm"], ["dull", "poor", "awful", "cold"]
plain = ["the", "film", "was", "and", "a", "story", "with", "scene"]
x = [
    " ".join([*rng.choice(plain, 6), *rng.choice(good if label else bad, 2)]) for label in y
]
split = layers.TextVectorization(max_tokens=40, output_sequence_length=8)
split.adapt(x)
ids = split(tf.constant(x))
data = tf.data.Dataset.from_tensor_slices((ids, y)).shuffle(600, seed=0).batch(32)
model = keras.Sequential([
    layers.Embedding(40, 8),
    layers.GlobalAveragePooling1D(),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
model.fit(data, epochs=8, verbose=0)
""",
        score="acc(model, ids, y)",
        bar=0.95,
    ),
    Model(
        name="forecast",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
time = np.arange(1200)
series = np.sin(time / 8) + 0.5 * np.sin(time / 3) + 0.1 * rng.normal(size=1200)
x = np.stack([series[at : at + 24] for at in range(1100)])[..., None].astype("float32")
y = series[24:1124].astype("float32")
model = keras.Sequential([layers.Input((24, 1)), layers.LSTM(16), layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
model.fit(x[:900], y[:900], epochs=8, validation_data=(x[900:], y[900:]), verbose=0)
""",
        score="r2(model, x[900:], y[900:])",
        bar=0.85,
    ),
    Model(
        name="forecast of several steps",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
time = np.arange(1000)
series = np.sin(time / 6) + 0.1 * rng.normal(size=1000)
x = np.stack([series[at : at + 20] for at in range(900)]).astype("float32")
y = np.stack([series[at + 20 : at + 24] for at in range(900)]).astype("float32")
model = keras.Sequential([layers.Input((20,)), layers.Dense(32, activation="relu"), layers.Dense(4)])
model.compile(keras.optimizers.Adam(0.005), "mse", metrics=["mae"])
model.fit(x, y, epochs=10, verbose=0)
""",
        score="r2(model, x, y)",
        bar=0.85,
    ),
    Model(
        name="a class for every step",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
x = rng.normal(size=(600, 12, 3)).astype("float32")
y = (x.cumsum(axis=1)[..., 0] > 0).astype("int32")
model = keras.Sequential([
    layers.Input((12, 3)),
    layers.GRU(24, return_sequences=True),
    layers.Dense(2, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=10, verbose=0)
""",
        score="float(np_.mean(model.predict(x).argmax(-1) == y))",
        bar=0.9,
    ),
]
