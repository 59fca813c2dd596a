# must: a trial of a fix does not do again what building the model did to the user's things: a class that counts its instances
# magic: -q -o diagnosis --budget 15
#%% setup
made_by_name = {}
class Counted(layers.Layer):
    def __init__(self, **k):
        super().__init__(**k)
        made_by_name[self.name] = made_by_name.get(self.name, 0) + 1
    def call(self, inputs):
        return inputs
#%% cell
model = keras.Sequential([keras.Input((8,)), Counted(), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y, epochs=2, verbose=0)
#%% after
outcome = made_by_name
