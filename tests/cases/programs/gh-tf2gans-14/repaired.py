import numpy as np
import tensorflow as tf
import keras
from keras import layers
from sklearn.datasets import load_digits

pixels = (load_digits().data / 16.0).astype("float32")

class SplitAE(keras.Model):
    def __init__(self):
        super().__init__()
        self.squeeze = keras.Sequential([layers.Dense(32, activation="relu"), layers.Dense(6)])
        self.seen = keras.metrics.Mean(name="loss")
        self.expand = keras.Sequential([layers.Dense(32, activation="relu"), layers.Dense(64, activation="sigmoid")])

    @property
    def metrics(self):
        return [self.seen]

    def call(self, x):
        return self.expand(self.squeeze(x))

    def train_step(self, data):
        x, _ = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x - self(x, training=True)))
        weights = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        self.seen.update_state(loss)
        return {"loss": self.seen.result()}

ae = SplitAE()
ae.compile(optimizer=keras.optimizers.Adam(0.003))
history = ae.fit(pixels, pixels, epochs=12, batch_size=32, verbose=2)
