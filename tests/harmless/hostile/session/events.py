# must: functions that the user registered with events of IPython run once per cell
# fast: yes
#%% setup
ran = []
events = get_ipython().events
for name in ("pre_run_cell", "post_run_cell", "pre_execute", "post_execute"):
    events.register(name, lambda *a, name=name: ran.append(name))
ran.clear()
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, verbose=0)
#%% after
import collections
outcome = dict(collections.Counter(ran))
