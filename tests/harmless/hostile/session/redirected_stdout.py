# must: what the user catches of stdout is what the cell prints
# fast: yes
# magic: --no-trials
# skip: printed
#%% setup
import io, contextlib
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
page = io.StringIO()
with contextlib.redirect_stdout(page):
    print('mine')
    history = model.fit(x, y, verbose=0)
caught = page.getvalue()
#%% after
outcome = caught
