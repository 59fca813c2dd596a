import '../dom';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keyOf } from '../../src/problems/keys';

describe('a key of the panel', () => {
  const pressed = (key: string, more: KeyboardEventInit = {}, tag = 'button'): string | null => {
    const event = new KeyboardEvent('keydown', { key, ...more });
    Object.defineProperty(event, 'target', { value: document.createElement(tag) });
    return keyOf(event);
  };

  test('moves, with arrows or letters of either case', () => {
    assert.deepEqual(
      ['ArrowDown', 'j', 'J'].map(key => pressed(key)),
      ['next', 'next', 'next']
    );
    assert.deepEqual(
      ['ArrowUp', 'k'].map(key => pressed(key)),
      ['previous', 'previous']
    );
  });

  test('is none of ours with a modifier', () => {
    assert.equal(pressed('f', { ctrlKey: true }), null);
    assert.equal(pressed('j', { metaKey: true }), null);
  });

  test('is typed where one types, but Esc still leaves', () => {
    assert.equal(pressed('f', {}, 'input'), null);
    assert.equal(pressed('ArrowDown', {}, 'select'), null);
    assert.equal(pressed('Escape', {}, 'input'), 'leave');
  });
});
