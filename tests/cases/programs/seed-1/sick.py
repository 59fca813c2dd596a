import numpy as np
import tensorflow as tf

inputs = np.random.rand(100, 10)
labels = np.random.randint(0, 3, size=100)

model = tf.keras.models.Sequential([
    tf.keras.Input(shape=(10,)),
    tf.keras.layers.Dense(128, activation="relu"),
    tf.keras.layers.Dense(3, activation="sigmoid"),
])
model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=0.001),
              loss=tf.keras.losses.BinaryCrossentropy(), metrics=["accuracy"])
history = model.fit(inputs, labels, epochs=5, batch_size=32)
