# must: where memory is short (RLIMIT_AS), the cell comes out as without the magic
# limit: 150
#%% setup
import resource
large = np.ones((50_000, 1000), 'float32')
target = np.zeros(50_000, 'float32')
model = keras.Sequential([keras.Input((1000,)), layers.Dense(8), layers.Dense(1)])
model.compile('sgd', 'mse')
#%% cell
now = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (now + 700_000_000, resource.RLIM_INFINITY))
history = model.fit(large, target, batch_size=64, verbose=0)
#%% after
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
