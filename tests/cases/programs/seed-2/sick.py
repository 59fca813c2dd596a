import numpy as np
import tensorflow as tf

inputs = np.random.rand(100, 10)
labels = np.random.rand(100, 1)

model = tf.keras.models.Sequential([
    tf.keras.Input(shape=(10,)),
    tf.keras.layers.Dense(128, activation="relu"),
    tf.keras.layers.Dense(1),
])
model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=0.001),
              loss=tf.keras.losses.MeanSquaredError(), metrics=["mae"])
history = model.fit(inputs, labels, epochs=20, batch_size=32)
