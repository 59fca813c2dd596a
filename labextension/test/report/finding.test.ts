import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IFinding } from '../../src/report/wire';
import { draw, finding, texts } from '../sample';

describe('a finding', () => {
  const card = draw(finding).querySelector('.nbd-Card');
  assert.ok(card);

  test('has its severity in a word, a shape and a colour, and says how sure it is', () => {
    assert.deepEqual(texts(card, '.nbd-Card-severity'), ['✖ Critical']);
    assert.deepEqual(texts(card, '[aria-hidden=true]'), ['✖']);
    assert.ok(card.classList.contains('nbd-mod-critical'));
    assert.deepEqual(texts(card, '.nbd-Card-evidence'), ['proved']);
  });

  test('of a report of old does not say how sure it is', () => {
    const old: IFinding = { ...finding };
    delete old.evidence;
    assert.deepEqual(texts(draw(old), '.nbd-Card-evidence'), ['']);
  });

  test('has another shape for each severity', () => {
    const severities = ['critical', 'warning', 'note', 'unheard of'];
    const drawn = draw(...severities.map(severity => ({ ...finding, severity })));
    assert.deepEqual(texts(drawn, '.nbd-Card-severity > .nbd-Sign'), ['✖', '▲', '●', '○']);
  });

  test('names the line and the rule', () => {
    assert.deepEqual(texts(card, '.nbd-Card-line'), ['line 4']);
    assert.deepEqual(texts(card, '.nbd-Card-rule'), ['dead-units']);
  });

  test('marks code', () => {
    assert.deepEqual(texts(card, 'h4 code'), ['dense_0']);
  });

  test('shows measured beside expected', () => {
    assert.deepEqual(texts(card, 'thead th'), ['measured', 'expected']);
    assert.deepEqual(texts(card, 'tbody tr > *'), ['silent units', '31 of 64', 'at most 6']);
  });

  test('shows the changed lines without the names of files', () => {
    assert.deepEqual(texts(card, '.nbd-Diff > span'), ['  x = 1', '- rate = 1', '+ rate = 0.001']);
    assert.deepEqual(texts(card, '.nbd-Diff-added'), ['+ rate = 0.001']);
  });

  test('folds its page', () => {
    assert.deepEqual(texts(card, 'summary'), ['Why?']);
    assert.deepEqual(texts(card, 'details h5'), ['What it means']);
  });

  test('holds what it explains', () => {
    const drawn = draw({
      ...finding,
      consequences: [{ ...finding, rule: 'slow-start', page: '' }]
    });
    assert.deepEqual(texts(drawn, '.nbd-Card .nbd-Card .nbd-Card-rule'), ['slow-start']);
    assert.deepEqual(texts(drawn, 'summary'), ['What this explains (1)', 'Why?']);
  });

  test('of an unknown severity has no class of its own', () => {
    const drawn = draw({ ...finding, severity: 'x onerror' }).querySelector('.nbd-Card');
    assert.deepEqual([...(drawn?.classList ?? [])], ['nbd-Card']);
  });

  test('says what came of trying a treatment, and folds what did not help', () => {
    const [first] = finding.treatments;
    assert.ok(first);
    const chart = {
      kind: 'chart',
      name: 'trial/a',
      title: 'Accuracy along 100 steps',
      description: 'From 0.3 to 0.9.',
      svg: '<svg xmlns="http://www.w3.org/2000/svg"><polyline points="0,1 2,3"/></svg>'
    } as const;
    const drawn = draw({
      ...finding,
      treatments: [
        { ...first, outcome: 'helps', trial: 'Tried on a copy: it helps.', chart },
        { ...first, outcome: 'worse', trial: 'It made things worse.', chart: null },
        { ...first, outcome: '', trial: 'Not tried: no time.' }
      ]
    });
    assert.deepEqual(texts(drawn, '.nbd-Trial.nbd-mod-helps'), ['Tried on a copy: it helps.']);
    assert.equal(drawn.querySelectorAll('.nbd-Treatment polyline').length, 1);
    assert.deepEqual(texts(drawn, 'details .nbd-Trial'), ['It made things worse.']);
    assert.deepEqual(texts(drawn, 'summary'), ['Tried without success (1)', 'Why?']);
  });
});
