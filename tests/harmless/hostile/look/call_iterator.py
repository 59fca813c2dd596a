# must: what a layer's call does happens as often as without the magic: the next number of an iterator
# fast: yes
# magic: -q -o diagnosis --no-trials
#%% setup
import itertools
numbers, taken = itertools.count(), []
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        taken.append(next(numbers))
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = [next(numbers), len(taken)]
