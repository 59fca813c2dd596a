import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changeOf } from '../../src/notebook/change';
import { asked, drawOffer } from '../../src/notebook/changeView';
import { drawDocument } from '../../src/report/document';
import { patchAt } from '../../src/report/patch';
import { readPayload } from '../../src/report/reading';
import { drawReading } from '../../src/report/saved';
import type { DrawPatch } from '../../src/report/treatment';
import { english, golden } from '../dom';
import { payload, target, texts } from '../sample';

const { document: shown, report } = payload();
assert.ok(report);

describe('a stored report', () => {
  const scene = { isTrusted: true, isOpen: true, target: target(report.source) };
  const drawPatch: DrawPatch = patch => drawOffer(() => changeOf(patch, scene), english);
  const draw = (of = payload()): HTMLElement => drawDocument(of, english, drawPatch);

  test('has buttons under what can be patched, and under nothing else', () => {
    assert.deepEqual(texts(draw(), '.nbd-Change-buttons'), ['Apply to cellCopy']);
  });

  test('of old has none', () => {
    const old: unknown = JSON.parse(
      JSON.stringify(golden('report.json')).replace(/"number":\d,?/g, '')
    );
    assert.equal(draw(payload(old)).querySelector('.nbd-Change'), null);
  });

  test('is drawn without buttons when its data cannot be understood', () => {
    const broken = payload({ ...golden('report.json'), report: { findings: 3 } });
    assert.equal(broken.report, null);
    assert.equal(draw(broken).querySelector('.nbd-Change'), null);
  });

  test('is drawn without buttons where nothing could do what they say', () => {
    const reading = readPayload(golden('report.json'));
    assert.equal(drawReading(reading, english).querySelector('.nbd-Change'), null);
  });

  test('says which change a click asks for', () => {
    const drawn = draw();
    const clicked = (selector: string): unknown => {
      const found = asked({ target: drawn.querySelector(selector) } as unknown as Event);
      return found && [found.action, found.of.shown.patch];
    };
    const patch = patchAt(shown, '0:0');
    assert.deepEqual(clicked('.nbd-apply'), ['apply', patch]);
    assert.deepEqual(clicked('[data-nbd-action=copy]'), ['copy', patch]);
    assert.equal(clicked('h4'), null);
  });

  test('does nothing for a button that was not drawn for a change', () => {
    const forged = draw().querySelector('.nbd-Change')?.cloneNode(true) as Element;
    const event = { target: forged.querySelector('.nbd-apply') } as unknown as Event;
    assert.equal(asked(event), null);
  });
});
