import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawDocument } from '../../src/report/document';
import { readPayload } from '../../src/report/reading';
import { drawReading } from '../../src/report/saved';
import type { IDocument } from '../../src/report/wire';
import { english, golden } from '../dom';
import { draw, finding, report, texts } from '../sample';

describe('a golden message is drawn whole', () => {
  for (const name of ['report.json', 'healthy.json', 'training.json']) {
    test(name, () => {
      const message = golden(name) as unknown as { document: IDocument };
      const drawn = drawReading(readPayload(message), english);
      const { headline, sections } = message.document;
      assert.equal(drawn.querySelector('h3')?.textContent, headline.replaceAll('`', ''));
      assert.equal(drawn.querySelectorAll('[role=tabpanel]').length, sections.length);
      const blocks = sections.flatMap(section => section.blocks);
      const all = blocks.flatMap(block => (block.kind === 'fold' ? block.blocks : [block]));
      const charts = all.filter(block => block.kind === 'chart');
      const findings = blocks.filter(block => block.kind === 'finding');
      const curves = findings.flatMap(block => block.treatments).filter(one => one.chart);
      const drawings = drawn.querySelectorAll('figure svg[role=img]');
      const score = message.document.score ? 1 : 0;
      assert.equal(drawings.length, charts.length + curves.length + score);
    });
  }
});

test('the score stands in the head beside what is possible', () => {
  const score = {
    kind: 'chart' as const,
    name: 'score',
    title: 'Score',
    description: 'your model 0.41, simple models 0.93',
    svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>'
  };
  const message = golden('report.json');
  const document = { ...(message.document as object), score };
  const drawn = drawReading(readPayload({ ...message, document }), english);
  const picture = drawn.querySelector('.nbd-Head svg');
  assert.equal(picture?.getAttribute('aria-label'), 'Score. your model 0.41, simple models 0.93');
  assert.equal(draw(finding).querySelector('.nbd-Head svg'), null);
});

test('a healthy report is one line with the rest folded', () => {
  const drawn = drawDocument({ document: report([], 'healthy'), report: null }, english);
  assert.deepEqual(texts(drawn, 'article > details > summary'), ['What was examined']);
});

test('markup in a report is shown as text', () => {
  const attack = '<img src=x onerror=alert(1)>';
  const drawn = draw(
    { kind: 'text', text: attack },
    { kind: 'list', items: [attack] },
    { kind: 'table', caption: attack, header: [attack], rows: [[attack]], folded: true },
    { ...finding, title: attack, says: attack, page: attack, severity_word: attack }
  );
  assert.equal(drawn.querySelector('img'), null);
  assert.equal(drawn.textContent.split(attack).length - 1, 10);
});

test('a picture that cannot be read is said to be so', () => {
  const chart = { name: 'inputs', title: 'Inputs', description: '', svg: '<svg' };
  const drawn = draw({ kind: 'chart', ...chart });
  assert.deepEqual(texts(drawn, 'figure p'), ['This picture could not be read.']);
});

test('a report of a newer nbdoctor is one sentence', () => {
  const drawn = drawReading(readPayload({ version: 99 }), english);
  assert.match(drawn.textContent, /newer nbdoctor/);
});
