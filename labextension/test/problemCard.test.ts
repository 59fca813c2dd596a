import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawProblem } from '../src/problemCard';
import { type IGroup, problemsOf } from '../src/problems';
import { english } from './dom';
import { payload, texts } from './sample';

const nothing = { reveal: () => undefined, hide: () => undefined };

const group: IGroup = {
  cellId: 'a',
  index: 0,
  count: 1,
  stage: 'done',
  isChanged: false,
  problems: problemsOf(payload(), 'a')
};

function drawn(place: number, changes: Partial<IGroup> = {}): HTMLElement {
  const of = group.problems[place];
  assert.ok(of);
  return drawProblem(of, { ...group, ...changes }, nothing, english);
}

describe('a problem in the side panel', () => {
  test('has its severity in words, its line and its rule', () => {
    assert.deepEqual(texts(drawn(0), '.nbd-Problem-facts > *'), [
      'Critical',
      'line 2',
      'vanishing-gradient'
    ]);
  });

  test('offers its fixes, and folds its reason', () => {
    assert.deepEqual(texts(drawn(0), ':scope > details > summary'), ['Fix (2)', 'Why?']);
    assert.deepEqual(texts(drawn(0), '.nbd-apply'), ['Apply to cell']);
  });

  test('names its cause', () => {
    assert.match(drawn(1).textContent, /A consequence of: Gradients vanish before/);
  });

  test('tells what was tried in vain, and does not call it something to do', () => {
    assert.deepEqual(texts(drawn(2), ':scope > details > summary'), [
      'Tried without success',
      'Why?'
    ]);
    assert.equal(drawn(2).querySelector('.nbd-apply'), null);
  });

  test('offers nothing to a cell that changed', () => {
    const changed = drawn(0, { isChanged: true });
    assert.equal(changed.querySelector('.nbd-apply'), null);
    assert.match(changed.textContent, /The cell changed since it was diagnosed\./);
  });

  test('calls the rule that it hides by its name', () => {
    const hidden: string[] = [];
    const of = group.problems[0];
    assert.ok(of);
    const hide = ({ finding }: typeof of): void => void hidden.push(finding.rule);
    const card = drawProblem(of, group, { ...nothing, hide }, english);
    card.querySelector<HTMLElement>('.nbd-Problem-hide')?.click();
    assert.deepEqual(hidden, ['vanishing-gradient']);
  });
});
