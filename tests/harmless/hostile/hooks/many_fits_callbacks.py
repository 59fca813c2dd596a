# must: callbacks of many fits are asked for what they are asked for without the magic, whatever holds them
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
class Asked(keras.callbacks.Callback):
    @property
    def monitor(self): told.append("monitor"); return "loss"
    @property
    def mode(self): told.append("mode"); return "min"
    @property
    def save_best_only(self): told.append("save_best_only"); return True
class ReduceLROnPlateau(keras.callbacks.Callback):
    @property
    def min_lr(self): told.append("min_lr"); return 0.0
class EarlyStopping(keras.callbacks.Callback):
    @property
    def restore_best_weights(self): told.append("best"); return True
class Loud:
    def __init__(self, value): self.value = value
    def __bool__(self): told.append("bool"); return self.value
    def __eq__(self, other): told.append("eq"); return self.value == other
    __hash__ = None
class Several(list):
    def __iter__(self): told.append("iter"); return super().__iter__()
    def __len__(self): told.append("len"); return super().__len__()
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
for given in ([Asked()], Several([Asked(), ReduceLROnPlateau(), EarlyStopping()]), (Asked(),), Asked(), (one for one in [Asked()]), iter([EarlyStopping()]), keras.callbacks.CallbackList([Asked()], model=model), None):
    try:
        model.fit(x, y, batch_size=32, epochs=1, verbose=0, callbacks=given)
    except Exception as error:
        told.append([type(error).__name__, str(error)[:200]])
    told.append("--")
try:
    history = model.fit(x, y, verbose=Loud(False), shuffle=Loud(True), epochs=1)
except Exception as error:
    told.append([type(error).__name__, str(error)[:200]])
#%% after
outcome = told
