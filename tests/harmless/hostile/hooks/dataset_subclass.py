# must: a dataset of the user's own class is asked for its inputs, its hash and its iterators as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% setup
from tensorflow.python.data.ops import dataset_ops
told = []
class Own(dataset_ops.UnaryUnchangedStructureDataset):
    def __init__(self, source):
        told.append("init")
        super().__init__(source, source._variant_tensor)
        told.append("made")
    def _inputs(self):
        told.append("inputs"); return super()._inputs()
    def __iter__(self):
        told.append("iter"); return super().__iter__()
    def __hash__(self):
        told.append("hash"); return 1
    def __eq__(self, other):
        told.append("eq"); return self is other
    @property
    def element_spec(self):
        told.append("spec"); return super().element_spec
    def cardinality(self):
        told.append("cardinality"); return super().cardinality()
#%% cell
data = Own(tf.data.Dataset.from_tensor_slices((x, y)).batch(16))
seen = [float(tf.reduce_sum(one)) for one, _ in data]
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(data, epochs=2, verbose=0, validation_data=data)
guess = model.predict(data.map(lambda a, b: a), verbose=0)
for part in data.take(2): pass
#%% after
outcome = told
