import '../dom';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { patchAt } from '../../src/report/patch';
import { drawDocument } from '../../src/report/document';
import { pageOf } from '../../src/report/exportPage';
import { fileOf } from '../../src/report/exportFile';
import { readPayload } from '../../src/report/reading';
import { problemsOf } from '../../src/problems/problem';
import { english, golden } from '../dom';
import { payload, texts } from '../sample';

const stored = golden('folds.json');
const folds = payload(stored);

function chosen(drawn: HTMLElement, place: number): HTMLElement {
  const select = drawn.querySelector('select');
  assert.ok(select);
  select.selectedIndex = place;
  const { Event } = drawn.ownerDocument.defaultView ?? globalThis;
  select.dispatchEvent(new Event('change'));
  const [body, ...others] = [...drawn.querySelectorAll<HTMLElement>('.nbd-Choice-body')].filter(
    one => !one.hidden
  );
  assert.ok(body && others.length === 0);
  return body;
}

describe('several fits of a cell', () => {
  test('one drawing shows what was found in all of them, and each that is chosen', () => {
    const drawn = drawDocument(folds, english);
    assert.deepEqual(texts(drawn, 'option'), [
      'All fits',
      'Fold 1 of 5, line 4, model “model”',
      'Fold 2 of 5, line 4, model “model”',
      'Fold 3 of 5, line 4, model “model”'
    ]);
    const all = chosen(drawn, 0);
    assert.equal(all.querySelectorAll('table')[0]?.rows.length, 6);
    assert.deepEqual(texts(all, '.nbd-Card:not(.nbd-Card .nbd-Card) > div > .nbd-Card-fits'), [
      'in folds 1 and 2',
      'in folds 1 and 2'
    ]);
    const second = chosen(drawn, 2);
    assert.equal(second.querySelectorAll('[role=tab]').length, 10);
    assert.match(second.textContent, /29,841/);
    assert.doesNotMatch(second.textContent, /32,557/);
    assert.match(chosen(drawn, 3).textContent, /No problem found/);
  });

  test('a fit that nobody chose is not drawn', () => {
    const drawn = drawDocument(folds, english);
    assert.equal(drawn.querySelectorAll('[role=tab]').length, 0);
  });

  test('fixes and manual pages, stored once, stand with the findings of each fit', () => {
    const [, second] = folds.fits ?? [];
    const [section] = second?.document.sections ?? [];
    const first = section?.blocks.find(block => block.kind === 'finding');
    assert.ok(first?.kind === 'finding');
    assert.match(first.treatments[0]?.patch?.patched ?? '', /relu/);
    assert.notEqual(first.page, '');
    assert.equal(patchAt(folds.document, '0:0')?.patched, first.treatments[0]?.patch?.patched);
  });

  test('what came of trying a fix is told of the fit alone that it was tried for', () => {
    const trials = (folds.fits ?? []).slice(0, 2).map(({ document: of }) => {
      const [first] = of.sections[0]?.blocks.filter(block => block.kind === 'finding') ?? [];
      const { trial, chart, patch } = first?.treatments[0] ?? {};
      return [trial !== '', chart !== null, patch?.isProved];
    });
    assert.deepEqual(trials, [
      [true, true, true],
      [false, false, false]
    ]);
  });

  test('a fix is drawn with its button in each of them', () => {
    const drawPatch = (): HTMLElement => document.createElement('button');
    const drawn = drawDocument(folds, english, drawPatch);
    assert.ok(chosen(drawn, 0).querySelector('.nbd-Treatment button'));
    assert.ok(chosen(drawn, 1).querySelector('.nbd-Treatment button'));
  });

  test('findings are listed once as problems', () => {
    const problems = problemsOf(folds, 'a');
    assert.deepEqual(
      problems.map(({ finding }) => [finding.rule, finding.fits]),
      [
        ['vanishing-gradient', 'folds 1 and 2'],
        ['loss-stands-still', 'folds 1 and 2'],
        ['unscaled-inputs', 'folds 1 and 2']
      ]
    );
  });

  test('an exported page shows them one below another', () => {
    const page = pageOf(folds);
    assert.equal(
      page.match(/Fold \d of 5, line 4, model <code class="nbd-Code">model/g)?.length,
      3
    );
    assert.match(page, /29,841/);
  });

  test('exported data has a report of each', () => {
    const file = fileOf({ payload: folds, data: stored }, 'json', 'x.ipynb');
    const read = JSON.parse(file?.text ?? '') as { fits: unknown[]; reports: { number: number }[] };
    assert.equal(read.fits.length, 5);
    assert.deepEqual(
      read.reports.map(({ number }) => number),
      [1, 2, 3]
    );
  });

  test('a message whose fits cannot be read still shows what was found in all', () => {
    for (const fits of [17, [{ title: 3 }], 'x', [null]]) {
      const reading = readPayload({ ...stored, fits });
      assert.ok(reading.kind === 'report');
      assert.equal(reading.fits, undefined);
      assert.equal(reading.document.headline, folds.document.headline);
    }
  });
});
