import '../dom';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { safeSvg } from '../../src/report/svg';

function drawn(inside: string, attributes = ''): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${inside}</svg>`;
  return safeSvg(svg)?.outerHTML ?? 'nothing';
}

describe('what draws is kept', () => {
  test('shapes, text and tooltips', () => {
    const mark =
      '<g transform="translate(3 4)"><title>dense_0: 0.12</title>' +
      '<path d="M 0 1.5 L -2e-3 4 z" fill="#3d7fd9" stroke="currentColor"></path></g>' +
      '<text x="1" y="2" font-size="10px">loss (log)</text>';
    assert.equal(drawn(mark), `<svg>${mark}</svg>`);
  });

  test('colours of the theme', () => {
    const text = drawn('<path fill="var(--jp-error-color1, #d33)"/>');
    assert.match(text, /fill="var\(--jp-error-color1, #d33\)"/);
  });

  test('the size of the picture', () => {
    assert.match(
      drawn('', 'viewBox="0 0 560 200" width="560"'),
      /viewBox="0 0 560 200" width="560"/
    );
  });
});

test('a picture stays in its place', () => {
  assert.equal(
    drawn('<g transform="scale(2)"></g>', 'transform="translate(0 -200) scale(9)"'),
    '<svg><g transform="scale(2)"></g></svg>'
  );
});

test('the pixels of a thumbnail are drawn, of nothing else and nowhere else', () => {
  const pixels = 'data:image/png;base64,iVBORw0KGgo=';
  const image = `<image x="1" width="80" href="${pixels}"></image>`;
  assert.equal(drawn(image), `<svg>${image}</svg>`);
  for (const wrong of [
    `<path href="${pixels}"></path>`,
    `<image src="${pixels}"></image>`,
    '<image href="data:image/svg+xml;base64,PHN2Zz4="></image>',
    `<image href="${pixels}#https://example.org"></image>`
  ]) {
    assert.doesNotMatch(drawn(wrong), /data|href|src/);
  }
});

describe('what could load or run is dropped', () => {
  const attacks = {
    'a script': '<script>alert(1)</script>',
    'a handler': '<path onclick="alert(1)" d="M 0 0"/>',
    'foreign markup':
      '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">alert</p></foreignObject>',
    'an element of HTML': '<img xmlns="http://www.w3.org/1999/xhtml" src="x" onerror="alert(1)"/>',
    'a picture from elsewhere': '<image href="https://example.org/alert.png"/>',
    'a link': '<a href="javascript:alert(1)"><text>go</text></a>',
    'a reference': '<use href="https://example.org/alert.svg#x"/>',
    'an old reference':
      '<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="alert.svg#x"/>',
    'a style sheet': '<style>@import "https://example.org/alert.css";</style>',
    'a style': '<path style="background: url(https://example.org/alert)"/>',
    'a colour from elsewhere': '<path fill="url(https://example.org/alert#x)"/>',
    'a hidden function': '<path fill="image-set(alert 1x)"/>',
    'an escaped function': '<path fill="u\\72l(alert)"/>',
    'an animation': '<set attributeName="href" to="javascript:alert(1)"/>'
  };
  for (const [name, attack] of Object.entries(attacks)) {
    test(name, () => {
      const text = drawn(`${attack}<circle r="1"></circle>`);
      assert.doesNotMatch(text, /alert|example|javascript|href|style|on\w+=/i);
      assert.match(text, /<circle r="1"><\/circle>/);
    });
  }
});

describe('what is no picture is nothing', () => {
  for (const text of ['', 'a chart', '<p>a chart</p>', '<svg', '<svg><g></svg>']) {
    test(JSON.stringify(text), () => {
      assert.equal(safeSvg(text), null);
    });
  }

  test('an svg of another namespace', () => {
    assert.equal(safeSvg('<svg xmlns="https://example.org/"/>'), null);
  });
});
