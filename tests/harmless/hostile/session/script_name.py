# must: names of a model that are no texts fit for a page
# fast: yes
# skip: files
# magic: -q -o diagnosis --html page.html
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='softmax')], name='<script>alert(1)<|script>')
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, verbose=0)
