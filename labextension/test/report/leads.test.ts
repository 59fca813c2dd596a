import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileOf } from '../../src/report/exportFile';
import { goTo, targetOf } from '../../src/report/leads';
import { readPayload } from '../../src/report/reading';
import type { Block, IFold, ITable } from '../../src/report/wire';
import { golden } from '../dom';
import { draw, finding, payload, texts } from '../sample';

const AT = 'nbd-0123456789';
const OTHER = 'nbd-abcdef0123';

const layers: ITable = {
  kind: 'table',
  caption: 'Layers',
  header: ['layer'],
  rows: [['`dense`'], ['`last`']],
  folded: false,
  titled: false,
  anchors: [AT, ''],
  leads: [
    [
      { text: '`dead-units`', anchor: OTHER },
      { text: 'histograms', anchor: 'nbd-ffffffffff', layer: 'dense' }
    ],
    []
  ],
  leads_title: 'look at'
};

const inside: IFold = { kind: 'fold', title: '`net` Functional', blocks: [layers] };

describe('a lead', () => {
  const drawn = draw(
    { ...finding, anchor: OTHER, leads: [{ text: '`dense`', anchor: AT }] },
    inside
  );

  test('goes from a finding to its layer and back; to what is not drawn there is none', () => {
    const ways = [...drawn.querySelectorAll('a')].map(({ textContent, hash }) => [
      textContent,
      hash
    ]);
    assert.deepEqual(ways, [
      ['dense', `#${AT}`],
      ['dead-units', `#${OTHER}`]
    ]);
    assert.deepEqual(texts(drawn, 'th[scope=col]').slice(-2), ['layer', 'look at']);
  });

  test('goes from a finding to the tab that tells more of it', () => {
    const see = [{ text: 'See the Predictions tab', anchor: AT }];
    const seen = draw({ ...finding, see }, { kind: 'text', text: 'What it predicts.', anchor: AT });
    const [link] = seen.querySelectorAll<HTMLAnchorElement>('.nbd-Card > .nbd-Text > a');
    assert.ok(link);
    assert.equal(link.textContent, 'See the Predictions tab');
    assert.equal(targetOf(link, seen)?.textContent, 'What it predicts.');
    const blind = draw({ ...finding, see });
    assert.deepEqual(texts(blind, '.nbd-Card > .nbd-Text'), [`${finding.says} `]);
  });

  test('opens the fold and the tab that its target is behind', () => {
    document.body.append(drawn);
    const [link] = drawn.querySelectorAll('a');
    assert.ok(link);
    const target = targetOf(link, drawn);
    assert.equal(target?.localName, 'tr');
    const fold = drawn.querySelector<HTMLDetailsElement>('.nbd-Part');
    assert.equal(fold?.open, false);
    target.scrollIntoView = () => undefined;
    goTo(target);
    assert.equal(fold.open, true);
    assert.equal(document.activeElement, target);
    drawn.remove();
  });

  test('whose id is not one of ours is no link, and makes no id', () => {
    const forged = { text: 'x', anchor: 'jp-main-dock-panel' };
    const table = { ...layers, anchors: ['location', 'nbd-1'], leads: [[forged], []] };
    const attack = draw({ ...finding, anchor: 'body', leads: [forged] }, table);
    assert.equal(attack.querySelector('a'), null);
    assert.ok([...attack.querySelectorAll('[id]')].every(({ id }) => /^nbd-\d+-/.test(id)));
  });
});

test('a message of Python leads from findings to layers in the drawn report and on the page', () => {
  const { document: drawn } = payload();
  const stored = { payload: payload(), data: golden('report.json') };
  const page = fileOf(stored, 'html', 'a.ipynb')?.text ?? '';
  const [first] = [...page.matchAll(/href="(#nbd-[0-9a-f]{10})"/g)].map(found => found[1]);
  assert.ok(first);
  assert.ok(page.includes(`id="${first.slice(1)}"`));
  assert.ok(drawn.sections.some(({ title }) => title === 'Architecture'));
});

test('folds in folds are drawn as deep as models are, and no deeper', () => {
  let block: Block = { kind: 'text', text: 'the innermost' };
  for (let i = 0; i < 5000; i++) {
    block = { kind: 'fold', title: `level ${i}`, blocks: [block] };
  }
  const shallow: Block = { kind: 'fold', title: 'a', blocks: [{ kind: 'text', text: 'seen' }] };
  const message = { ...golden('report.json'), report: null };
  const sections = [{ title: 'Architecture', count: null, blocks: [shallow, block] }];
  const reading = readPayload({ ...message, document: { ...payload().document, sections } });
  assert.equal(reading.kind, 'report');
  const text = JSON.stringify(reading);
  assert.ok(text.includes('seen'));
  assert.ok(!text.includes('the innermost'));
  assert.match(text, /1 more parts are not shown/);
});

test('a table that is folded under its chart is called Numbers', () => {
  const drawn = draw({ ...layers, folded: true, fold_title: 'Numbers' });
  assert.deepEqual(texts(drawn, 'summary'), ['Numbers']);
  assert.deepEqual(texts(drawn, 'caption'), ['Layers']);
});

test('a row is one text with tabs, or a list as in messages of old', () => {
  const table = { kind: 'table', caption: 'c', header: ['a', 'b'], folded: false };
  const rows = ['one\t`two`', ['three', 'four'], '\tfive'];
  const sections = [{ title: 'Inputs', count: null, blocks: [{ ...table, rows }] }];
  const message = { ...golden('report.json'), report: null };
  const reading = readPayload({ ...message, document: { ...payload().document, sections } });
  assert.ok(reading.kind === 'report');
  const [block] = reading.document.sections[0]?.blocks ?? [];
  assert.ok(block?.kind === 'table');
  assert.deepEqual(block.rows, [
    ['one', '`two`'],
    ['three', 'four'],
    ['', 'five']
  ]);
});
