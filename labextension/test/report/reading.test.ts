import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readEvidence, readPayload } from '../../src/report/reading';
import { VERSION } from '../../src/report/wire';
import { golden } from '../dom';

describe('a message of Python is understood', () => {
  for (const name of ['report.json', 'healthy.json', 'training.json']) {
    test(name, () => {
      assert.equal(readPayload(golden(name)).kind, 'report');
    });
  }

  test('also with fields that a later minor version added', () => {
    const message = golden('report.json');
    assert.equal(readPayload({ ...message, colour: 'blue' }).kind, 'report');
  });
});

describe('what was measured can be copied', () => {
  test('as Python has written it', () => {
    const text = readEvidence(golden('report.json'));
    assert.match(text, /^# nbdoctor: critical: /);
    assert.ok(new TextEncoder().encode(text).length <= 4_000);
  });

  test('not while training goes on', () => {
    assert.equal(readEvidence(golden('training.json')), '');
  });

  test('not of a report that has none, or something else in its place', () => {
    const message = golden('report.json');
    assert.equal(readEvidence({ ...message, evidence: undefined }), '');
    assert.equal(readEvidence({ ...message, evidence: 7 }), '');
    assert.equal(readEvidence({ ...message, evidence: 'x'.repeat(5_001) }), '');
  });
});

test('a newer message is told from a broken one', () => {
  const message = golden('report.json');
  const newer = readPayload({ ...message, version: VERSION + 1, document: 'of another form' });
  assert.deepEqual(newer, { kind: 'newer', version: VERSION + 1 });
});

describe('anything else is unreadable', () => {
  const { document } = golden('healthy.json') as { document: Record<string, unknown> };
  const block = (value: unknown): unknown => ({
    version: 1,
    document: { ...document, sections: [{ title: 'Findings', count: null, blocks: [value] }] }
  });
  const messages: Record<string, unknown> = {
    nothing: null,
    text: 'a report',
    'a list': [],
    'no version': { document },
    'a version in words': { version: 'one', document },
    'no document': { version: 1 },
    'a headline that is no text': { version: 1, document: { ...document, headline: 3 } },
    'sections that are no list': { version: 1, document: { ...document, sections: {} } },
    'a block of an unknown kind': block({ kind: 'film', text: '' }),
    'a block of a kind that every object has': block({ kind: 'constructor' }),
    'a table with a number in it': block({
      kind: 'table',
      caption: '',
      header: [],
      rows: [[1]],
      folded: false
    }),
    'a list without items': block({ kind: 'list' })
  };
  for (const [name, message] of Object.entries(messages)) {
    test(name, () => {
      assert.equal(readPayload(message).kind, 'unreadable');
    });
  }

  test('while the same message with a sound block is read', () => {
    assert.equal(readPayload(block({ kind: 'muted', text: 'quiet' })).kind, 'report');
  });
});
