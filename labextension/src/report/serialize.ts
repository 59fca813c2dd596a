/** Elements as HTML, written from what they are: every letter of a text is text on the page, too. */

const ELEMENTS = new Set(
  (
    'article section div p span a h2 h3 h4 h5 ul li pre code details summary figure figcaption ' +
    'table caption thead tbody tr th td ' +
    'svg g title desc text tspan path line polyline polygon rect circle ellipse'
  ).split(' ')
);

/** Text of a page; also spelled so that no filter takes a word of it for a handler or an address. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replace(/o(?=n\w{1,40}\s{0,9}=)/gi, one => `&#${one.charCodeAt(0)};`)
    .replace(/(script|data|file):/gi, '$1&#58;');
}

function attributes(of: Element): string {
  return Array.from(of.attributes, ({ name, value }) => {
    const isWay = of.localName === 'a' && name === 'href' && /^#nbd-[0-9a-f]{10}$/.test(value);
    const isPlain = /^[a-zA-Z][\w-]*$/.test(name) && !/^(on|style$|href$|src)/i.test(name);
    return isPlain || isWay ? ` ${name}="${escaped(value)}"` : '';
  }).join('');
}

/** The HTML of an element and of what is in it; elements that none of our pages has are left out. */
export function serialized(of: Element): string {
  if (!ELEMENTS.has(of.localName)) {
    return '';
  }
  const inner = Array.from(of.childNodes, child => {
    if (child.nodeType === Node.TEXT_NODE) {
      return escaped(child.textContent ?? '');
    }
    return child instanceof Element ? serialized(child) : '';
  });
  return `<${of.localName}${attributes(of)}>${inner.join('')}</${of.localName}>`;
}
