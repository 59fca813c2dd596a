import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawHidden } from '../../src/problems/hidden';
import { english } from '../dom';
import { texts } from '../sample';

function drawn(ignored: string[], shown: string[] = []): HTMLElement {
  const actions = { showAgain: (rule: string) => Promise.resolve(void shown.push(rule)) };
  const root = document.createElement('div');
  root.append(...drawHidden(ignored, actions, english));
  return root;
}

test('each hidden rule is named, and comes back alone', () => {
  const shown: string[] = [];
  const root = drawn(['dead-units', 'unscaled-inputs', 'dead-units'], shown);
  assert.deepEqual(texts(root, 'summary'), ['3 are of hidden rules']);
  assert.deepEqual(texts(root, 'li'), ['dead-units (2) Show again', 'unscaled-inputs Show again']);
  root.querySelectorAll('button')[1]?.click();
  assert.deepEqual(shown, ['unscaled-inputs']);
});

test('buttons of equal words are told apart for those who do not see where they stand', () => {
  const labels = [...drawn(['a', 'b']).querySelectorAll('button')].map(one => one.ariaLabel);
  assert.equal(new Set(labels).size, 2);
});

test('where nothing is hidden nothing is said', () => {
  assert.equal(drawn([]).childElementCount, 0);
});
