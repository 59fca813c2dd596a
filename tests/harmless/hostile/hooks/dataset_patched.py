# must: patches of `tf.data.Dataset` that the cell makes, keeps and takes away are called as often as without the magic
# fast: yes
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
#%% cell
kept = tf.data.Dataset.__iter__, tf.data.Dataset.__init__
def iterated(self):
    told.append(("iter", type(self).__name__)); return kept[0](self)
def made(self, *args, **kwargs):
    told.append(("init", type(self).__name__)); return kept[1](self, *args, **kwargs)
tf.data.Dataset.__iter__, tf.data.Dataset.__init__ = iterated, made
data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(64, seed=3).batch(16)
first = [float(tf.reduce_sum(one)) for one, _ in data]
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(data, epochs=2, verbose=0, validation_data=data.take(1))
guess = float(model.predict(data, verbose=0).sum())
tf.data.Dataset.__iter__, tf.data.Dataset.__init__ = kept
#%% after
tf.data.Dataset.__iter__ = lambda self: told.append("later") or kept[0](self)
then = [float(tf.reduce_sum(one)) for one, _ in data]
tf.data.Dataset.__iter__ = kept[0]
outcome = [told, first, guess, then]
