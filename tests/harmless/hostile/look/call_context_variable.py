# must: what a layer's call does happens as often as without the magic: a context variable
# magic: -q -o diagnosis --no-trials
#%% setup
import contextvars
calls = contextvars.ContextVar("calls", default=0)
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        calls.set(calls.get() + 1)
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = calls.get()
