import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { editOf, placeOf, smallestEdit } from '../../src/notebook/edit';

describe('a fix for another cell', () => {
  const patch = { expected: 'y = 1', patched: 'y = 2', isElsewhere: true, isProved: false };

  test('is made for the text of that cell', () => {
    assert.equal(editOf('x = 1', patch), 'changed');
    assert.deepEqual(editOf('y = 1', patch), { start: 4, end: 5, text: '2' });
  });

  test('finds it by its text, or by what the fix has made of it', () => {
    assert.equal(placeOf(['x = 1', 'y = 1', 'z'], patch), 1);
    assert.equal(placeOf(['y = 1', 'x = 1', 'y = 1'], patch), 2);
    assert.equal(placeOf(['x = 1', 'y = 2'], patch), 1);
    assert.equal(placeOf(['x = 1', 'y = 3'], patch), -1);
  });
});

describe('a fix applied', () => {
  const patch = {
    expected: 'rate = 1',
    patched: 'rate = 0.1',
    isElsewhere: false,
    isProved: false
  };

  test('is the smallest edit', () => {
    assert.deepEqual(editOf('rate = 1', patch), { start: 7, end: 7, text: '0.' });
  });

  test('is refused when the cell changed, even by a blank', () => {
    assert.equal(editOf('rate = 1 ', patch), 'changed');
  });

  test('is done already when the cell has it', () => {
    assert.equal(editOf('rate = 0.1', patch), 'done');
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
