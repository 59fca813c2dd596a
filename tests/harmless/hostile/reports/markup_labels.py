# must: labels that are texts with markup in them are words on every page
# only-magic: yes
# check: m['outcome'] == [[], []]
#%% setup
words = np.array(['</title></style></svg><script>alert(1)</script><img src=x onerror=alert(1)>"\\\'`', 'b'] * 32)
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, words, epochs=3, verbose=0)
#%% after
from html.parser import HTMLParser
import json, re
from nbdoctor.view.wire import bundle
from nbdoctor.view.gauges import charts
class Finds(HTMLParser):
    found = []
    def handle_starttag(self, tag, attributes):
        if tag in ("script", "iframe", "object", "embed", "link", "form", "base", "meta") and not (tag == "meta" and attributes and attributes[0][0] in ("charset", "name")):
            self.found.append(tag)
        for name, value in attributes:
            if name.startswith("on") or "javascript:" in str(value):
                self.found.append(name)
    handle_startendtag = handle_starttag
import base64
for report in (diagnosis if isinstance(diagnosis, tuple) else (diagnosis,)):
    drawn, faults = charts(report)
    sent = bundle(report, drawn, None)
    for text in (report.to_html(), sent["text/html"], *[chart.svg for chart in drawn.values()]):
        Finds().feed(text)
        for image in re.findall(r"base64,([A-Za-z0-9+/=]+)", text):
            Finds().feed(base64.b64decode(image).decode())
    markdown = report.to_markdown()
    if re.search(r"(?<!`)<script>alert", re.sub(r"`[^`\n]*`|```.*?```", "", markdown, flags=re.S)):
        Finds.found.append("markdown")
outcome = [Finds.found, [str(f) for f in faults]]
