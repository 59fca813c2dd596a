# must: a class that counts by a metaclass that forbids to delete attributes
# magic: -q -o diagnosis --no-trials
#%% setup
class Meta(type):
    def __delattr__(cls, name):
        raise RuntimeError("this class is sealed")
class Sealed(metaclass=Meta):
    calls = 0
seen = []
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        Sealed.calls += 1
        setattr(Sealed, 'n%d' % Sealed.calls, 1)
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = [Sealed.calls, sorted(n for n in vars(Sealed) if n[0] == 'n')]
