import numpy as np
import tensorflow as tf
import keras
from keras import layers

rng = np.random.default_rng(1)
table = rng.normal(size=(600, 4)).astype("float32")
sales = (table @ np.array([1.5, -2.0, 0.7, 0.3]) + 0.1 * rng.normal(size=600)).astype("float32")

net = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
opt = keras.optimizers.Adam(0.03)
feed = tf.data.Dataset.from_tensor_slices((table, sales)).shuffle(600, seed=0).batch(30)

for epoch in range(12):
    total = 0.0
    for xb, yb in feed:
        with tf.GradientTape() as tape:
            guess = net(xb, training=True)
            loss = tf.reduce_mean(tf.square(yb - guess))
        grads = tape.gradient(loss, net.trainable_variables)
        opt.apply_gradients(zip(grads, net.trainable_variables))
        total += float(loss)
    if epoch % 4 == 3:
        print(epoch, total / 20)
