import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { draw, finding, texts } from '../sample';

describe('tabs', () => {
  const pressed = (tab: Element | undefined, key: string): void => {
    tab?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  };
  const selected = (drawn: Element): (string | null)[] => texts(drawn, '[aria-selected=true]');

  test('show one panel, which names its tab', () => {
    const drawn = draw(finding);
    const [open, ...others] = drawn.querySelectorAll<HTMLElement>('[role=tabpanel]');
    assert.ok(open);
    assert.equal(open.hidden, false);
    assert.ok(others.every(panel => panel.hidden));
    const named = drawn.querySelector(`#${open.getAttribute('aria-labelledby') ?? ''}`);
    assert.ok(named);
    assert.equal(named.textContent, 'Findings 1');
    assert.equal(named.getAttribute('aria-controls'), open.id);
  });

  for (const [keys, title] of [
    [['ArrowRight'], 'Inputs'],
    [['ArrowLeft'], 'Timing'],
    [['End'], 'Timing'],
    [['End', 'ArrowRight'], 'Findings 1'],
    [['End', 'Home'], 'Findings 1'],
    [['x'], 'Findings 1']
  ] as const) {
    test(`${keys.join(', ')} selects ${title}`, () => {
      const drawn = draw(finding);
      for (const key of keys) {
        pressed(drawn.querySelector('[aria-selected=true]') ?? undefined, key);
      }
      assert.deepEqual(selected(drawn), [title]);
      assert.equal(drawn.querySelectorAll('[role=tab][tabindex="0"]').length, 1);
    });
  }

  test('of two reports have different ids', () => {
    const ids = [draw(finding), draw(finding)].flatMap(drawn =>
      [...drawn.querySelectorAll('[id]')].map(one => one.id)
    );
    assert.equal(new Set(ids).size, ids.length);
  });
});
