# must: attributes that a model of the user's own sets and deletes
# magic: -q -o diagnosis --no-trials
#%% cell
told = []
class Mine(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = layers.Dense(1, activation="sigmoid")
    def call(self, inputs):
        return self.head(inputs)
    def __setattr__(self, name, value):
        told.append(("set", name)); super().__setattr__(name, value)
    def __delattr__(self, name):
        told.append(("del", name)); super().__delattr__(name)
model = Mine()
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y[:, None], epochs=2, verbose=0)
#%% after
outcome = told
