import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileOf } from '../src/exportReport';
import { asMarkdown } from '../src/markdown';
import { golden, goldenText } from './dom';
import { payload } from './sample';

describe('Markdown is the same as that of Python', () => {
  for (const name of ['report', 'healthy']) {
    test(name, () => {
      const { document } = payload(golden(`${name}.json`));
      assert.equal(asMarkdown(document), goldenText(`${name}.md`));
    });
  }
});

describe('a file', () => {
  const data = golden('report.json');
  const stored = { payload: payload(data), data, html: '<p>the report</p>' };

  test('is named after the notebook', () => {
    const names = (['html', 'json', 'markdown'] as const).map(
      format => fileOf(stored, format, 'folder/my net.ipynb').name
    );
    assert.deepEqual(names, ['my net-report.html', 'my net-report.json', 'my net-report.md']);
  });

  test('of HTML is a page around what is stored', () => {
    const { text } = fileOf(stored, 'html', 'x.ipynb');
    assert.match(text, /^<!doctype html>.*<title>The first layers of this model do not learn</);
    assert.match(text, /<body><p>the report<\/p><\/body><\/html>$/);
  });

  test('of JSON is the report, which Python reads again', () => {
    assert.deepEqual(JSON.parse(fileOf(stored, 'json', 'x.ipynb').text), data.report);
  });
});
