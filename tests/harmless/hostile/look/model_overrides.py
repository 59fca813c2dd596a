# must: a model that overrides fit, compile, __call__, get_config and build has them called as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% cell
class Mine(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = layers.Dense(1, activation="sigmoid")
    def call(self, inputs):
        return self.head(inputs)
    def __call__(self, *a, **k):
        open("log.txt", "a").write("call\n"); return super().__call__(*a, **k)
    def fit(self, *a, extra=0, **k):
        open("log.txt", "a").write("fit\n"); return super().fit(*a, **k)
    def compile(self, *a, **k):
        open("log.txt", "a").write("compile\n"); return super().compile(*a, **k)
    def get_config(self):
        open("log.txt", "a").write("config\n"); return {}
    def make_train_function(self, force=False):
        open("log.txt", "a").write("make\n"); return super().make_train_function(force)
    def compute_loss(self, *a, **k):
        open("log.txt", "a").write("loss\n"); return super().compute_loss(*a, **k)
model = Mine()
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y[:, None], epochs=2, verbose=0, extra=3)
