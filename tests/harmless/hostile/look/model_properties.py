# must: properties of the user's model are read as often as without the magic
# fast: yes
# magic: -q -o diagnosis --no-trials
#%% cell
read = []
class Mine(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = layers.Dense(1, activation="sigmoid")
    def call(self, inputs):
        return self.head(inputs)
    @property
    def metrics(self):
        read.append("metrics"); return super().metrics
    @property
    def layers(self):
        read.append("layers"); return super().layers
model = Mine()
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y[:, None], epochs=2, verbose=0)
#%% after
import collections
outcome = dict(collections.Counter(read))
