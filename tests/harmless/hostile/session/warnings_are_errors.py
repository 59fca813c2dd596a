# must: warnings are errors, and a first trace raises
# magic: -q -o diagnosis --no-trials
#%% setup
import warnings
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        warnings.warn("old layer", FutureWarning)
        return inputs
with warnings.catch_warnings():
    warnings.simplefilter("error")
    model = keras.Sequential([layers.Dense(4), Own(), layers.Dense(1)])
    model.compile("adam", "mse")
    try:
        model.fit(x, y, verbose=0)
    except Exception as error:
        told = [type(error).__name__, str(error)[:100]]
#%% after
outcome = [told, model.optimizer.built, len(model.optimizer.variables), model.built]
