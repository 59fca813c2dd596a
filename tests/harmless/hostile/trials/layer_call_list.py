# must: a trial of a fix does not do again what building the model did to the user's things: what a layer's call appends to a list
# magic: -q -o diagnosis --budget 15
#%% setup
seen = []
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        seen.append(1)
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = len(seen)
