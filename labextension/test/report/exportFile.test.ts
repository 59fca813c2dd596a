import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { JSDOM } from 'jsdom';
import { drawDocument } from '../../src/report/document';
import { fileOf, type Format, FORMATS } from '../../src/report/exportFile';
import { asMarkdown } from '../../src/report/markdown';
import type { IStored } from '../../src/report/wire';
import { english, golden, goldenText } from '../dom';
import { payload } from '../sample';

describe('Markdown is the same as that of Python', () => {
  for (const name of ['report', 'healthy', 'training', 'folds']) {
    test(name, () => {
      assert.equal(asMarkdown(payload(golden(`${name}.json`))), goldenText(`${name}.md`));
    });
  }
});

test('what stands for charts to come is shown, and left out of Markdown, by its kind', () => {
  const { document } = payload(golden('training.json'));
  const blocks = document.sections.flatMap(section => section.blocks);
  const found = blocks.flatMap(block => (block.kind === 'placeholder' ? [block.text] : []));
  assert.ok(found.length > 0);
  for (const text of found) {
    assert.ok(drawDocument({ document, report: null }, english).textContent.includes(text));
    assert.ok(!asMarkdown({ document, report: null }).includes(text));
  }
});

test('a report of old, in which it is a paragraph like others, is read', () => {
  const old = JSON.stringify(golden('training.json')).replaceAll('"placeholder"', '"muted"');
  assert.match(asMarkdown(payload(JSON.parse(old))), /Charts follow/);
});

describe('a file', () => {
  const data = golden('report.json');
  const stored = { payload: payload(data), data };
  const text = (format: Format, of: IStored = stored): string =>
    fileOf(of, format, 'x.ipynb')?.text ?? '';

  test('is named after the notebook', () => {
    const names = FORMATS.map(format => fileOf(stored, format, 'folder/my net.ipynb')?.name);
    assert.deepEqual(names, ['my net-report.html', 'my net-report.json', 'my net-report.md']);
  });

  for (const notebook of ['x/..\\..\\evil.ipynb', '../../evil.ipynb', '.evil', 'a\u202elmth.exe']) {
    test(`stays in its folder and hides nothing: ${JSON.stringify(notebook)}`, () => {
      const name = fileOf(stored, 'html', notebook)?.name ?? '';
      assert.match(name, /^[\p{L}\p{N}-][\p{L}\p{N} ._()-]*-report\.html$/u);
    });
  }

  test('of JSON is the report, which Python reads again', () => {
    assert.deepEqual(JSON.parse(text('json')), data.report);
  });

  test('of JSON is none where the data cannot be read, or is too deep', () => {
    const deep: unknown[] = [];
    for (let at = deep, i = 0; i < 20_000; i++) {
      const inner: unknown[] = [];
      at.push(inner);
      at = inner;
    }
    assert.equal(fileOf({ ...stored, data: { report: deep } }, 'json', 'x'), null);
    assert.equal(
      fileOf({ ...stored, payload: { ...stored.payload, report: null } }, 'json', 'x'),
      null
    );
  });

  describe('of HTML', () => {
    const page = new JSDOM(text('html')).window.document;

    test('shows every part of the report', () => {
      const { document } = payload();
      assert.equal(page.title, document.headline);
      const titles = [...page.querySelectorAll('h3.nbd-Section-title')].map(one => one.textContent);
      const names = document.sections.map(({ title, count }) =>
        count ? `${title} ${count}` : title
      );
      assert.deepEqual(titles, names);
      assert.ok(page.querySelectorAll('figure svg').length > 5);
      assert.match(page.body.textContent, /model = build_model\(hidden="relu", depth=8\)/);
    });

    test('allows its own style and nothing else', () => {
      const policy = page.querySelector('meta[http-equiv]')?.getAttribute('content') ?? '';
      const style = page.querySelector('style')?.textContent ?? '';
      const hash = createHash('sha256').update(style).digest('base64');
      assert.match(policy, /^default-src 'none'; /);
      assert.ok(policy.includes(`style-src 'sha256-${hash}'`), `the style is sha256-${hash}`);
      assert.equal(page.querySelectorAll('script, img, iframe, link, [style]').length, 0);
    });
  });
});

/** Words that would be markup, links or the end of something in one of the formats. */
const BAD =
  '</title></summary></script><script>hit()</script><img src=x onerror="hit()">' +
  '\u202e`\n\n# h\n\n- [x](javascript:hit()) ![y](https://e.org/y.png) https://e.org ``` a | b';

describe('a hostile report', () => {
  const forged = (): unknown =>
    JSON.parse(JSON.stringify(golden('report.json')), (name, value: unknown) =>
      typeof value === 'string' && !['kind', 'svg', 'source', 'severity'].includes(name)
        ? BAD
        : value
    );
  const of = { payload: payload(forged()), data: forged() };

  test('is a page without script, links, handlers or pictures', () => {
    const text = fileOf(of, 'html', 'x')?.text ?? '';
    assert.doesNotMatch(text, /<script|<img|onerror|javascript:/i);
    const page = new JSDOM(text).window.document;
    const strange = [...page.querySelectorAll('*')].filter(
      one =>
        ['SCRIPT', 'IMG', 'A', 'IFRAME', 'FORM', 'LINK', 'OBJECT'].includes(one.tagName) ||
        [...one.attributes].some(({ name }) => /^on|^href|^src$|^style/.test(name))
    );
    assert.deepEqual(strange, []);
    assert.match(page.body.textContent, /<script>hit\(\)<\/script>/); // shown, as text
  });

  test('is Markdown in which nothing of it is more than text', () => {
    const text = fileOf(of, 'markdown', 'x')?.text ?? '';
    const ours = /^<details><summary>.*<\/summary>$|^<\/details>$/gm;
    const outside = text
      .replace(/^(`{3,})diff\n[^]*?\n\1$/gm, '')
      .replace(/`[^`\n]*`/g, '')
      .replace(ours, '')
      .replace(/\\[\\`*_<>[\]&~|#=.+-]/g, '');
    assert.doesNotMatch(outside, /[<>[\]`\u202e]|:\/\//);
    assert.doesNotMatch(outside, /^(# |- \[)/m);
  });
});

test('backticks of any number end no code that others began', () => {
  for (const words of ['`', '``', '```', '`a``b`', '``a`', 'a`` `<b>`', '`<b>', '`a\n\n<b>`']) {
    const document = { ...payload().document, headline: words, sections: [] };
    const [line = ''] = asMarkdown({ document, report: null }).split('\n\n');
    const bare = line.replace(/`[^`]+`(?:`[^`]+`)*/g, '').replace(/\\[<>]/g, '');
    assert.doesNotMatch(bare, /[<>`]/, words);
  }
});
