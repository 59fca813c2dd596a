# must: what a train_step does happens as often as without the magic
# fast: yes
# magic: -q -o diagnosis --no-trials
#%% cell
class Mine(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = layers.Dense(1, activation="sigmoid")
    def call(self, inputs):
        return self.head(inputs)
    def train_step(self, data):
        open("log.txt", "a").write("x")
        return super().train_step(data)
model = Mine()
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y[:, None], epochs=2, verbose=0)
