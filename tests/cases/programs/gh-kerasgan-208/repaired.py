import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(0)
real_points = rng.normal([2.0, -1.0], 0.3, (1000, 2)).astype("float32")

critic = keras.Sequential([keras.Input((2,)), layers.Dense(32, activation="relu"), layers.Dense(1, activation="sigmoid")])
critic.compile(optimizer=keras.optimizers.Adam(0.002), loss="binary_crossentropy", metrics=["accuracy"])
maker = keras.Sequential([keras.Input((4,)), layers.Dense(32, activation="relu"), layers.Dense(2)])

seed = keras.Input((4,))
critic.trainable = False
joint = keras.Model(seed, critic(maker(seed)))
joint.compile(optimizer=keras.optimizers.Adam(0.002), loss="binary_crossentropy")
start = critic.get_weights()[0].copy()

for step in range(120):
    noise = rng.normal(size=(32, 4)).astype("float32")
    fake = maker.predict_on_batch(noise)
    pick = real_points[rng.integers(0, 1000, 32)]
    critic.trainable = True
    d_real = critic.train_on_batch(pick, np.ones((32, 1)))
    d_fake = critic.train_on_batch(fake, np.zeros((32, 1)))
    critic.trainable = False
    g = joint.train_on_batch(noise, np.ones((32, 1)))
print(d_real, d_fake, g)
