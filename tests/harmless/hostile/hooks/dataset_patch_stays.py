# must: a patch of `tf.data.Dataset` that the cell leaves in place is not called for what is looked at after it
# magic: -q -o diagnosis
#%% setup
told = []
#%% cell
kept = tf.data.Dataset.__iter__, tf.data.Dataset.__init__
def iterated(self):
    told.append(("iter", type(self).__name__))
    return kept[0](self)
def made(self, *args, **kwargs):
    told.append(("init", type(self).__name__))
    return kept[1](self, *args, **kwargs)
tf.data.Dataset.__iter__, tf.data.Dataset.__init__ = iterated, made
data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(64, seed=3).batch(16)
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(data, epochs=2, verbose=0, validation_data=data.take(1))
again = model.fit(x, y, epochs=2, verbose=0)
#%% after
outcome = told
