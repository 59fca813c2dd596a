# must: a property of the user's model that writes a file is read as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% cell
class Mine(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = layers.Dense(1, activation="sigmoid")
    def call(self, inputs):
        return self.head(inputs)
    @property
    def metrics(self):
        open("log.txt", "a").write("x"); return super().metrics
model = Mine()
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y[:, None], epochs=2, verbose=0)
