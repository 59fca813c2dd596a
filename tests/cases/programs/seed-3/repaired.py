import numpy as np
import tensorflow as tf

inputs = np.random.rand(640, 10)
labels = (inputs[:, 0] > inputs[:, 1]).astype("int64")

def data_generator(batch_size):
    while True:
        order = np.random.permutation(len(inputs))
        for i in range(0, len(inputs), batch_size):
            rows = order[i:i + batch_size]
            yield inputs[rows], labels[rows]

model = tf.keras.models.Sequential([
    tf.keras.Input(shape=(10,)),
    tf.keras.layers.Dense(128, activation="relu"),
    tf.keras.layers.Dense(2, activation="softmax"),
])
model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=0.005),
              loss=tf.keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
history = model.fit(data_generator(32), epochs=12, steps_per_epoch=20)
