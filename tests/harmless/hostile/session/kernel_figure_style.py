# must: settings of matplotlib and its open figures stay
# mode: kernel
# magic: --no-trials
# skip: outputs
#%% setup
import matplotlib
matplotlib.use('agg')
import matplotlib.pyplot as plt
#%% cell
plt.rcParams['font.size'] = 21
figure = plt.figure()
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, verbose=0)
#%% after
outcome = [plt.rcParams['font.size'], plt.get_fignums(), matplotlib.get_backend()]
