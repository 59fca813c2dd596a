import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IGroup } from '../../src/problems/problem';
import { cellName, emptyWords, news, unreadWords } from '../../src/problems/words';
import { english } from '../dom';
import { group } from './group';

describe('words', () => {
  test('name a cell as it is shown', () => {
    assert.equal(cellName(group(1), english), 'Cell [2]');
    assert.equal(cellName(group(1, { count: null }), english), 'Cell 2 from the top');
    assert.equal(cellName(group(1, { stage: 'training' }), english), 'Cell [*]');
  });

  test('say why a list is empty', () => {
    const none = { groups: [], ignored: [], filtered: 0, left: 0 };
    const well = group(0, { problems: [] });
    assert.match(emptyWords(false, [], none, english), /Open a notebook/);
    assert.match(emptyWords(true, [], none, english), /was diagnosed yet/);
    assert.match(
      emptyWords(true, [well], none, english),
      /^No problem found in 1 diagnosed cell\./
    );
    assert.match(emptyWords(true, [well, well], none, english), /2 diagnosed cells/);
    assert.match(emptyWords(true, [group(0)], { ...none, ignored: ['a', 'b'] }, english), /hidden/);
    const looking = group(0, { problems: [], stage: 'looking' });
    assert.equal(emptyWords(true, [looking], none, english), 'Nothing found so far.');
  });

  test('tell each step of a diagnosis once', () => {
    const at = (stage: IGroup['stage']): IGroup[] => [group(0, { stage })];
    assert.equal(news([], at('looking'), english), 'Diagnosing.');
    assert.equal(news(at('looking'), at('looking'), english), '');
    assert.match(news(at('looking'), at('training'), english), /^Training is running. 3 problems/);
    assert.match(news(at('training'), at('done'), english), /^Diagnosis complete. 3 problems/);
    assert.equal(news([], at('done'), english), '');
  });

  test('say that a report cannot be read', () => {
    assert.match(unreadWords(1, english), /^1 report of this cell cannot be read; run the cell/);
    assert.match(unreadWords(3, english), /^3 reports/);
  });
});
