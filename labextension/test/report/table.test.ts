import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { draw, texts } from '../sample';

describe('tables', () => {
  const rows = [['dense_0', '0.1']];
  const table = { kind: 'table', caption: 'Rates', header: ['layer', 'rate'], rows } as const;

  test('have a caption, and their headings a scope', () => {
    const drawn = draw({ ...table, header: ['layer', 'rate'], folded: false });
    assert.deepEqual(texts(drawn, 'caption'), ['Rates']);
    const scopes = [...drawn.querySelectorAll('th')].map(th => th.scope);
    assert.deepEqual(scopes, ['col', 'col', 'row']);
    assert.equal(drawn.querySelector('details'), null);
  });

  test('fold when told so', () => {
    const drawn = draw({ ...table, header: ['layer', 'rate'], folded: true });
    assert.deepEqual(texts(drawn, 'details > summary'), ['Rates']);
  });
});
