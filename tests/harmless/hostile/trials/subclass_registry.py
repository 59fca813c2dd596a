# must: a trial of a fix does not do again what building the model did to the user's things: a registry that subclasses enter themselves
# magic: -q -o diagnosis --budget 15
#%% setup
known = []
class Registered(layers.Layer):
    def __init_subclass__(cls, **k):
        super().__init_subclass__(**k)
        known.append(cls.__name__)
#%% cell
class Mine(Registered):
    def call(self, inputs):
        return inputs
model = keras.Sequential([keras.Input((8,)), Mine(), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y, epochs=2, verbose=0)
#%% after
outcome = known
