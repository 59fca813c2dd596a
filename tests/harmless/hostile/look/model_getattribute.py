# must: attributes that a model of the user's own is asked for
# magic: -q -o diagnosis --no-trials
#%% cell
told = {}
class Mine(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = layers.Dense(1, activation="sigmoid")
    def call(self, inputs):
        return self.head(inputs)
    def __getattribute__(self, name):
        if name in {"trainable_variables", "weights", "variables", "losses", "optimizer", "loss", "layers", "name"}:
            told[name] = told.get(name, 0) + 1
        return super().__getattribute__(name)
model = Mine()
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y[:, None], epochs=2, verbose=0)
#%% after
outcome = dict(sorted(told.items()))
