import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawDocument } from '../src/document';
import { editOf, fixAt, fixOf, placeOf, smallestEdit } from '../src/fix';
import { asked } from '../src/offer';
import type { IStoredReport } from '../src/wire';
import { english, golden } from './dom';
import { payload, texts } from './sample';

const { report } = payload();
assert.ok(report);

function tried(trial: { outcome: string | null } | null | undefined): IStoredReport {
  const treatment = { patched: 'x = 2', ...(trial === undefined ? {} : { trial }) };
  const findings = [{ rule: 'dead-units', treatments: [treatment] }];
  return { findings, stage: 'done', call: 'fit', cell_id: null, source: 'x = 1' };
}

describe('the fix of a treatment', () => {
  test('is the patched cell, for the cell that was diagnosed', () => {
    const fix = fixOf(report, 0, 0);
    assert.equal(fix?.expected, report.source);
    assert.equal(fix.patched, report.source.replace('sigmoid', 'relu'));
  });

  test('is found by the place that a button names', () => {
    assert.deepEqual(fixAt(report, '0:0'), fixOf(report, 0, 0));
  });

  for (const place of ['0:1', '0:9', '9:0', '-1:0', '', 'x', '0']) {
    test(`is none at "${place}", where nothing can be patched`, () => {
      assert.equal(fixAt(report, place), null);
    });
  }

  test('is none where the report cannot be understood', () => {
    assert.equal(fixOf(null, 0, 0), null);
  });

  for (const outcome of ['no effect', 'worse']) {
    test(`is not offered when its trial had ${outcome}`, () => {
      assert.equal(fixOf(tried({ outcome }), 0, 0), null);
    });
  }

  for (const trial of [undefined, null, { outcome: null }]) {
    test(`is offered plainly with ${JSON.stringify(trial)} as its trial`, () => {
      assert.equal(fixOf(tried(trial), 0, 0)?.isProved, false);
    });
  }

  test('is offered in colour when its trial helped', () => {
    assert.equal(fixOf(tried({ outcome: 'helps' }), 0, 0)?.isProved, true);
  });
});

describe('a fix for another cell', () => {
  const treatment = { patched: 'y = 2', cell: 'y = 1' };
  const findings = [{ rule: 'dead-units', treatments: [treatment] }];
  const of = { findings, stage: 'done', call: 'fit', cell_id: null, source: 'x = 1' };
  const fix = fixOf(of, 0, 0);
  assert.ok(fix);

  test('is made for the text of that cell', () => {
    assert.equal(fix.isElsewhere, true);
    assert.equal(editOf('x = 1', fix), 'changed');
    assert.deepEqual(editOf('y = 1', fix), { start: 4, end: 5, text: '2' });
  });

  test('finds it by its text, or by what the fix has made of it', () => {
    assert.equal(placeOf(['x = 1', 'y = 1', 'z'], fix), 1);
    assert.equal(placeOf(['y = 1', 'x = 1', 'y = 1'], fix), 2);
    assert.equal(placeOf(['x = 1', 'y = 2'], fix), 1);
    assert.equal(placeOf(['x = 1', 'y = 3'], fix), -1);
  });
});

describe('a fix applied', () => {
  const fix = { expected: 'rate = 1', patched: 'rate = 0.1', isElsewhere: false, isProved: false };

  test('is the smallest edit', () => {
    assert.deepEqual(editOf('rate = 1', fix), { start: 7, end: 7, text: '0.' });
  });

  test('is refused when the cell changed, even by a blank', () => {
    assert.equal(editOf('rate = 1 ', fix), 'changed');
  });

  test('is done already when the cell has it', () => {
    assert.equal(editOf('rate = 0.1', fix), 'done');
  });

  for (const [before, after] of [
    ['', 'x'],
    ['x', ''],
    ['aaa', 'aa'],
    ['aa', 'aaa'],
    ['a\nb\nc', 'a\nc'],
    ['abc', 'axbxc'],
    ['same', 'same']
  ] as const) {
    test(`turns ${JSON.stringify(before)} into ${JSON.stringify(after)}`, () => {
      const { start, end, text } = smallestEdit(before, after);
      assert.equal(before.slice(0, start) + text + before.slice(end), after);
    });
  }
});

describe('a stored report', () => {
  const drawn = drawDocument(payload(), english);

  test('has buttons under what can be patched, and under nothing else', () => {
    assert.deepEqual(texts(drawn, '.nbd-offer'), ['Apply to cellCopy']);
  });

  test('of old has none', () => {
    const old: unknown = JSON.parse(
      JSON.stringify(golden('report.json')).replace(/"number":\d,?/g, '')
    );
    assert.equal(drawDocument(payload(old), english).querySelector('.nbd-offer'), null);
  });

  test('is drawn without buttons when its data cannot be understood', () => {
    const broken = payload({ ...golden('report.json'), report: { findings: 3 } });
    assert.equal(broken.report, null);
    assert.equal(drawDocument(broken, english).querySelector('.nbd-offer'), null);
  });

  test('says which fix a click asks for', () => {
    const clicked = (selector: string): unknown => {
      const target = drawn.querySelector(selector);
      return asked({ target } as unknown as Event);
    };
    assert.deepEqual(clicked('.nbd-apply'), { action: 'apply', place: '0:0' });
    assert.deepEqual(clicked('[data-nbd-copy]'), { action: 'copy', place: '0:0' });
    assert.equal(clicked('h4'), null);
  });
});
