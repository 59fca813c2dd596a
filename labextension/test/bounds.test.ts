import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asMarkdown } from '../src/report/markdown';
import { fileOf } from '../src/report/exportFile';
import { problemsOf } from '../src/problems/problem';
import { drawProblem } from '../src/problems/card';
import { readPayload } from '../src/report/reading';
import { drawReading } from '../src/report/saved';
import type { Block } from '../src/report/wire';
import { english } from './dom';
import { finding, payload, report } from './sample';

/** Seconds that reading and drawing whatever may take on a busy machine. */
const PATIENCE = 8;

function message(...blocks: unknown[]): unknown {
  return { version: 1, document: report(blocks as Block[]), report: null };
}

/** Longer than the stack of calls is deep. */
function nested(depth: number): unknown {
  let made: unknown = { ...finding, consequences: [] };
  for (let i = 0; i < depth; i++) {
    made = { ...finding, consequences: [made] };
  }
  return made;
}

const page = (text: string): unknown => ({ ...finding, page: text });

const sizes: Record<string, [unknown, RegExp]> = {
  '5,000 findings': [
    message(...Array.from({ length: 5000 }, () => finding)),
    /4,900 more findings are not shown\./
  ],
  'a finding that explains 5,000': [
    message({ ...finding, consequences: Array.from({ length: 5000 }, () => finding) }),
    /4,900 more findings that this explains are not shown\./
  ],
  'findings 20,000 deep': [message(nested(20_000)), /nested too deep, are not shown\./],
  '500,000 words in backticks': [
    message({ kind: 'text', text: '`a` '.repeat(500_000) }),
    /1,950,000 more characters are not shown/
  ],
  'a page of 200,000 lines': [message(page('- x\n'.repeat(200_000))), /more characters are not/],
  'a page of headings': [message(page('# x\n'.repeat(200_000))), /more characters are not/],
  'a table of 100,000 rows': [
    message({
      kind: 'table',
      caption: 'c',
      header: ['h'],
      rows: Array(1e5).fill(['x']),
      folded: true
    }),
    /99,000 more rows are not shown\./
  ],
  'a list of 100,000 items': [
    message({ kind: 'list', items: Array(1e5).fill('x') }),
    /99,000 more items are not shown\./
  ],
  '3,000 fixes': [
    message({ ...finding, treatments: Array(3000).fill(finding.treatments[0]) }),
    /2,980 more fixes are not shown\./
  ],
  'many lists that are each short enough': [
    message(...Array.from({ length: 100 }, () => ({ kind: 'list', items: Array(1000).fill('x') }))),
    /more items are not shown\.|more parts are not shown\./
  ],
  'a picture of a million letters': [
    message({
      kind: 'chart',
      name: 'c',
      title: 't',
      description: '',
      svg: `<svg>${'x'.repeat(1e6)}`
    }),
    /This picture could not be read\./
  ],
  'a picture with an endless word in it': [
    message({
      kind: 'chart',
      name: 'c',
      title: 't',
      description: '',
      svg: `<svg xmlns="http://www.w3.org/2000/svg"><path d="${'a'.repeat(4e5)}"/></svg>`
    }),
    /Half of/
  ]
};

describe('what is too much is left out with a word', () => {
  for (const [name, [stored, says]] of Object.entries(sizes)) {
    test(name, () => {
      const began = performance.now();
      const reading = readPayload(stored);
      assert.match(drawReading(reading, english).textContent, says);
      assert.ok(performance.now() - began < PATIENCE * 1000);
    });
  }
});

test('the list, its cards and the exports take the largest of them', () => {
  for (const [stored] of Object.values(sizes)) {
    const of = payload(stored);
    const problems = problemsOf(of, 'a');
    const actions = {
      reveal: () => undefined,
      hide: () => undefined,
      changeOf: () => assert.fail()
    };
    const group = { cellId: 'a', index: 0, count: 1, stage: 'done', isChanged: false } as const;
    for (const one of problems.slice(0, 3)) {
      drawProblem(one, { ...group, isTrusted: true, unread: 0, problems }, actions, english);
    }
    assert.ok(JSON.stringify(problems).length < 2e7);
    assert.ok(asMarkdown(of).length > 0);
    assert.ok(fileOf({ payload: of, data: stored }, 'html', 'x'));
  }
});

describe('forged numbers', () => {
  for (const line of [-3, 0.5, '4', 1e300, {}]) {
    test(`make no line of ${JSON.stringify(line)}`, () => {
      assert.equal(readPayload(message({ ...finding, line })).kind, 'unreadable');
    });
  }

  for (const version of [0, -1, 0.5, '1', null]) {
    test(`make no version of ${JSON.stringify(version)}`, () => {
      assert.equal(readPayload({ ...(message() as object), version }).kind, 'unreadable');
    });
  }
});

test('names that every object has change nothing', () => {
  const text = JSON.stringify({ version: 1, document: report([]), report: null });
  const forged: unknown = JSON.parse(
    text.replace('"document":{', '"document":{"__proto__":{"x":1},')
  );
  const { document } = payload(forged);
  assert.equal(({} as { x?: number }).x, undefined);
  assert.equal('x' in document, false);
});
