/** A chart out of a notebook file, rebuilt from the parts that can only draw. */

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** No links, no references, no style sheets, no images, no foreign markup: charts use none. */
const ELEMENTS = new Set(
  ('svg g title desc text tspan ' + 'path line polyline polygon rect circle ellipse').split(' ')
);

const ATTRIBUTES = new Set(
  (
    'width height viewBox x y x1 y1 x2 y2 cx cy r rx ry dx dy d points transform ' +
    'fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray ' +
    'stroke-linecap stroke-linejoin opacity color ' +
    'text-anchor dominant-baseline font-family font-size font-style font-weight'
  ).split(' ')
);

/** Of colours and of transforms; `url` and whatever else can load something is not among them. */
const FUNCTIONS = new Set('rgb rgba hsl hsla var matrix translate scale rotate'.split(' '));

function isHarmless(value: string): boolean {
  const called = [...value.matchAll(/([\w-]*)\s*\(/g)].map(match => match[1] ?? '');
  return /^[\w\s#.,%()+-]*$/.test(value) && called.every(name => FUNCTIONS.has(name));
}

function rebuild(source: Element): Element | null {
  if (source.namespaceURI !== NAMESPACE || !ELEMENTS.has(source.localName)) {
    return null;
  }
  const made = document.createElementNS(NAMESPACE, source.localName);
  for (const { name, value } of source.attributes) {
    if (ATTRIBUTES.has(name) && isHarmless(value)) {
      made.setAttribute(name, value);
    }
  }
  for (const child of source.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      made.append(child.textContent ?? '');
    } else if (child instanceof Element) {
      made.append(rebuild(child) ?? '');
    }
  }
  return made;
}

/** The drawing in `text`, inline so that `currentColor` follows the theme; null when it is none. */
export function safeSvg(text: string): Element | null {
  const { documentElement } = new DOMParser().parseFromString(text, 'image/svg+xml');
  const broken = documentElement.getElementsByTagName('parsererror').length > 0;
  return broken || documentElement.localName !== 'svg' ? null : rebuild(documentElement);
}
