"""Models of pictures."""

from __future__ import annotations

from tests.zoo.model import DIGITS, KERAS, PICTURES, Model

CLASSES = "acc(model, x, y)"
FIT = """
model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs={epochs}, verbose=0)
"""


def classifier(name: str, source: str, epochs: int = 8, bar: float = 0.9) -> Model:
    return Model(
        name=name, source=PICTURES + source + FIT.format(epochs=epochs), score=CLASSES, bar=bar
    )


BLOBS = f"""{KERAS}
rng = np.random.default_rng(0)
y = rng.integers(0, 2, 240)
x = rng.uniform(0, 80, (240, 32, 32, 3)).astype("float32")
x[y == 1, 8:24, 8:24] += 120
x[y == 0, :8] += 120
"""

MODELS = [
    classifier(
        "convolutions",
        """
model = keras.Sequential([
    layers.Input((8, 8, 1)),
    layers.Conv2D(16, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(32, 3, activation="relu"),
    layers.Flatten(),
    layers.Dropout(0.3),
    layers.Dense(10, activation="softmax"),
])
""",
    ),
    classifier(
        "separable convolutions",
        """
model = keras.Sequential([
    layers.Input((8, 8, 1)),
    layers.Conv2D(16, 3, padding="same", activation="relu"),
    layers.SeparableConv2D(32, 3, padding="same", activation="relu"),
    layers.BatchNormalization(),
    layers.SeparableConv2D(32, 3, activation="relu"),
    layers.GlobalMaxPooling2D(),
    layers.Dense(10, activation="softmax"),
])
""",
        10,
        0.8,
    ),
    classifier(
        "residual blocks",
        """
start = layers.Input((8, 8, 1))
flow = layers.Conv2D(16, 3, padding="same")(start)
for _ in range(2):
    side = layers.BatchNormalization()(flow)
    side = layers.Activation("relu")(side)
    side = layers.Conv2D(16, 3, padding="same", use_bias=False)(side)
    flow = layers.Add()([flow, side])
flow = layers.Activation("relu")(flow)
flow = layers.Flatten()(flow)
model = keras.Model(start, layers.Dense(10, activation="softmax")(flow))
""",
    ),
    classifier(
        "augmentation inside the model",
        """
model = keras.Sequential([
    layers.Input((8, 8, 1)),
    layers.RandomTranslation(0.1, 0.1),
    layers.Conv2D(16, 3, activation="relu"),
    layers.Conv2D(32, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
""",
        12,
        0.85,
    ),
    classifier(
        "Leaky ReLU as layers",
        """
model = keras.Sequential([
    layers.Input((8, 8, 1)),
    layers.Conv2D(16, 3),
    layers.LeakyReLU(),
    layers.Conv2D(32, 3),
    layers.PReLU(),
    layers.GlobalAveragePooling2D(),
    layers.Dense(10, activation="softmax"),
])
""",
        15,
        0.8,
    ),
    Model(
        name="raw pixels behind Rescaling",
        source=f"""{BLOBS}
model = keras.Sequential([
    layers.Input((32, 32, 3)),
    layers.Rescaling(1 / 255),
    layers.Conv2D(8, 3, strides=2, activation="relu"),
    layers.Conv2D(16, 3, strides=2, activation="relu"),
    layers.Flatten(),
    layers.Dense(1, activation="sigmoid"),
])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=10, batch_size=16, verbose=0)
""",
        score=CLASSES,
        bar=0.95,
    ),
    Model(
        name="frozen backbone with batch normalization",
        source=f"""{BLOBS}
base = keras.Sequential([
    layers.Input((32, 32, 3)),
    layers.Conv2D(16, 3, strides=2, use_bias=False),
    layers.BatchNormalization(),
    layers.Activation("relu"),
    layers.Conv2D(32, 3, strides=2, activation="relu"),
], name="base")
base.trainable = False
start = layers.Input((32, 32, 3))
flow = layers.Rescaling(1 / 255)(start)
flow = base(flow, training=False)
flow = layers.Flatten()(flow)
model = keras.Model(start, layers.Dense(1, activation="sigmoid")(flow))
model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=12, batch_size=16, verbose=0)
""",
        score=CLASSES,
        bar=0.93,
    ),
    Model(
        name="VGG16 of random weights",
        source=f"""{BLOBS}
base = keras.applications.VGG16(
    input_shape=(32, 32, 3), include_top=False, weights=None, pooling="max"
)
base.trainable = False
start = layers.Input((32, 32, 3))
flow = keras.applications.vgg16.preprocess_input(start)
flow = layers.BatchNormalization(momentum=0.7)(base(flow))
model = keras.Model(start, layers.Dense(1, activation="sigmoid")(flow))
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=6, batch_size=16, verbose=0)
""",
        score=CLASSES,
        bar=0.85,
    ),
    Model(
        name="segmentation",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
x = rng.uniform(0, 0.4, (200, 16, 16, 1)).astype("float32")
y = np.zeros((200, 16, 16, 1), "float32")
for row, (top, left) in enumerate(rng.integers(0, 9, (200, 2))):
    y[row, top : top + 7, left : left + 7] = 1
x += 0.5 * y
start = layers.Input((16, 16, 1))
fine = layers.Conv2D(8, 3, padding="same", activation="relu")(start)
coarse = layers.MaxPooling2D()(fine)
coarse = layers.Conv2D(16, 3, padding="same", activation="relu")(coarse)
wide = layers.Conv2DTranspose(8, 2, strides=2, activation="relu")(coarse)
both = layers.Concatenate()([fine, wide])
model = keras.Model(start, layers.Conv2D(1, 1, activation="sigmoid")(both))
model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=10, batch_size=16, verbose=0)
""",
        score="float(np_.mean((model.predict(x) > 0.5) == (y > 0.5)))",
        bar=0.93,
    ),
    Model(
        name="autoencoder",
        source=f"""{DIGITS}
model = keras.Sequential([
    layers.Input((64,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(16, activation="relu"),
    layers.Dense(32, activation="relu"),
    layers.Dense(64, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy")
model.fit(x, x, epochs=20, verbose=0)
""",
        score="r2(model, x, x)",
        bar=0.5,
    ),
    Model(
        name="mixed precision",
        source=f"""{DIGITS}
keras.mixed_precision.set_global_policy("mixed_bfloat16")
model = keras.Sequential([
    layers.Input((64,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(10, activation="softmax", dtype="float32"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=10, verbose=0)
""",
        score=CLASSES,
        bar=0.9,
    ),
]
