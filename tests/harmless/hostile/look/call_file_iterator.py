# must: what a layer's call does happens as often as without the magic: a line read from an open file
# magic: -q -o diagnosis --no-trials
#%% setup
open("lines.txt", "w").write("".join(f"{n}\n" for n in range(500)))
page, read = open("lines.txt"), []
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        read.append(next(page))
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = [read, page.readline()]
page.close()
