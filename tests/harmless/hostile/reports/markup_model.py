# must: names of a model and its layers with markup in them are words on every page
# only-magic: yes
# check: m['outcome'] == [[], []]
#%% cell
BAD = '</title></style></svg><script>alert(1)</script><img src=x onerror=alert(1)>"\\\'`'.replace("/", "")
model = keras.Sequential([keras.Input((8,), name=BAD), layers.Dense(8, activation="relu", name=BAD + "1"), layers.Dense(1, activation="softmax", name=BAD + "2")], name=BAD)
model.compile("adam", "binary_crossentropy")
history = model.fit(x * 1e4, y, epochs=3, verbose=0)
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
