# must: a loop of the user's own that writes summaries within its graph
# magic: -q -o diagnosis --no-trials
# skip: files
#%% cell
writer = tf.summary.create_file_writer("logs")
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])

optimizer, loss, steps = keras.optimizers.Adam(), keras.losses.BinaryCrossentropy(), tf.Variable(0, dtype=tf.int64)
@tf.function
def step(a, b):
    with tf.GradientTape() as tape:
        value = loss(b, model(a, training=True))
    optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
    steps.assign_add(1)
    with writer.as_default():
        tf.summary.scalar("loss", value, step=steps)
    return value
told = [float(step(tf.constant(x[16*n:16*n+16]), tf.constant(y[16*n:16*n+16, None]))) for n in range(4)]
writer.close()
#%% after
import glob
from tensorflow.core.util import event_pb2
events = [event_pb2.Event.FromString(one.numpy()) for one in tf.data.TFRecordDataset(glob.glob("logs/*"))]
outcome = [told, [one.step for one in events if one.summary.value], int(steps)]
