import numpy as np
import tensorflow as tf
import keras
from keras import layers, ops
from sklearn.datasets import load_digits

images = (load_digits().data / 16.0).astype("float32")

class Vae(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = layers.Dense(48, activation="relu")
        self.mean = layers.Dense(8)
        self.logvar = layers.Dense(8)
        self.back = keras.Sequential([layers.Dense(48, activation="relu"), layers.Dense(64, activation="sigmoid")])
        self.draw = keras.random.SeedGenerator(3)

    def call(self, x, training=False):
        h = self.body(x)
        mu, lv = self.mean(h), self.logvar(h)
        kl = -0.5 * ops.mean(ops.sum(1 + lv - ops.square(mu) - ops.exp(lv), axis=1))
        self.add_loss(kl)
        z = mu + ops.exp(0.5 * lv) * keras.random.normal(ops.shape(mu), seed=self.draw) if training else mu
        return self.back(z)

def rebuild(y, p):
    return 20 * ops.sum(ops.square(y - p), axis=-1)

vae = Vae()
vae.compile(optimizer=keras.optimizers.Adam(0.002), loss=rebuild)
history = vae.fit(images, images, epochs=25, batch_size=64, verbose=2)
print(history.history["loss"][-1], images.var(axis=0).mean())
