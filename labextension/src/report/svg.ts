/** A chart out of a notebook file, rebuilt from the parts that can only draw. */

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** No links, no references, no style sheets, no foreign markup: charts use none. */
const ELEMENTS = new Set(
  ('svg g title desc text tspan ' + 'path line polyline polygon rect circle ellipse image').split(
    ' '
  )
);

const ATTRIBUTES = new Set(
  (
    'width height viewBox x y x1 y1 x2 y2 cx cy r rx ry dx dy d points transform ' +
    'fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray ' +
    'stroke-linecap stroke-linejoin opacity color ' +
    'text-anchor dominant-baseline font-family font-size font-style font-weight'
  ).split(' ')
);

/** The pixels of a picture, which stand in the text itself: nothing is loaded for it. */
const PIXELS = /^data:image\/png;base64,[A-Za-z0-9+/]+=*$/;

/** Of colours and of transforms; `url` and whatever else can load something is not among them. */
const FUNCTIONS = new Set('rgb rgba hsl hsla var matrix translate scale rotate'.split(' '));

/** The word before each bracket; a pattern would look for it from every letter on. */
function called(value: string): string[] {
  return value
    .split('(')
    .slice(0, -1)
    .map(before => {
      const word = before.trimEnd();
      let start = word.length;
      while (start > 0 && /[\w-]/.test(word.charAt(start - 1))) {
        start -= 1;
      }
      return word.slice(start);
    });
}

function isPixels(element: string, attribute: string, value: string): boolean {
  return element === 'image' && attribute === 'href' && PIXELS.test(value);
}

function isHarmless(value: string): boolean {
  return /^[\w\s#.,%()+-]*$/.test(value) && called(value).every(name => FUNCTIONS.has(name));
}

/** Elements within each other, and all together, that a picture may have: ours have 5 and 3,000. */
const DEEPEST = 30;
const MOST = 20_000;

/** Throws where a picture is too large to be one of ours. */
function rebuild(source: Element, depth: number): Element | null {
  if (depth > DEEPEST) {
    throw new RangeError('This picture is nested too deep.');
  }
  if (source.namespaceURI !== NAMESPACE || !ELEMENTS.has(source.localName)) {
    return null;
  }
  const made = document.createElementNS(NAMESPACE, source.localName);
  for (const { name, value } of source.attributes) {
    // A picture that is moved as a whole could lie over the words beside it.
    const isMove = depth === 0 && name === 'transform';
    const isDrawing = ATTRIBUTES.has(name) && !isMove && isHarmless(value);
    if (isDrawing || isPixels(source.localName, name, value)) {
      made.setAttribute(name, value);
    }
  }
  for (const child of source.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      made.append(child.textContent ?? '');
    } else if (child instanceof Element) {
      made.append(rebuild(child, depth + 1) ?? '');
    }
  }
  return made;
}

/** The drawing in `text`, inline so that `currentColor` follows the theme; null when it is none. */
export function safeSvg(text: string): Element | null {
  if (text.split('<', MOST).length === MOST) {
    return null;
  }
  try {
    const { documentElement } = new DOMParser().parseFromString(text, 'image/svg+xml');
    const broken = documentElement.getElementsByTagName('parsererror').length > 0;
    return broken || documentElement.localName !== 'svg' ? null : rebuild(documentElement, 0);
  } catch (error) {
    if (error instanceof RangeError) {
      return null;
    }
    throw error;
  }
}
