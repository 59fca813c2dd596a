# must: the same for a model with a layer of the user's own, which is looked at op by op
# mode: interrupts
# magic: --no-trials
# times: 12
# seed: 3
# limit: 400
# skip: files
# check: len(m['bad']) <= len(p['bad'])
# check: len(m['rounds']) == 12
#%% setup
class Own(layers.Layer):
    def call(self, inputs):
        seen.append(1)
        return inputs
seen = []
#%% cell
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y, epochs=4, batch_size=8, verbose=0)
