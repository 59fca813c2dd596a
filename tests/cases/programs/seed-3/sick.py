import numpy as np
import tensorflow as tf

inputs = np.random.rand(100, 10)
labels = np.random.randint(0, 2, size=100)

def data_generator(batch_size):
    while True:
        yield np.zeros((batch_size, 10)), np.zeros((batch_size,), dtype="int64")

model = tf.keras.models.Sequential([
    tf.keras.Input(shape=(10,)),
    tf.keras.layers.Dense(128, activation="relu"),
    tf.keras.layers.Dense(2, activation="softmax"),
])
model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=0.001),
              loss=tf.keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
history = model.fit(data_generator(32), epochs=5, steps_per_epoch=3)
