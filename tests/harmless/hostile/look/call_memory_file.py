# must: what a layer's call does happens as often as without the magic: bytes in a file in memory
# magic: -q -o diagnosis --no-trials
#%% setup
import io
page = io.BytesIO()
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        page.write(b"called ")
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = page.getvalue().decode()
