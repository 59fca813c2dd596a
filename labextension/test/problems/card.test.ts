import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changeOf } from '../../src/notebook/change';
import type { IPatch } from '../../src/report/wire';
import { drawProblem, type IActions } from '../../src/problems/card';
import { type IGroup, problemsOf } from '../../src/problems/problem';
import { english } from '../dom';
import { payload, target, texts } from '../sample';

const source = payload().report?.source ?? '';

const nothing = {
  reveal: () => undefined,
  hide: () => undefined,
  changeOf: (patch: IPatch) =>
    changeOf(patch, { isTrusted: true, isOpen: true, target: target(source) })
};

const group: IGroup = {
  cellId: 'a',
  index: 0,
  count: 1,
  stage: 'done',
  isChanged: false,
  isTrusted: true,
  unread: 0,
  problems: problemsOf(payload(), 'a')
};

function drawn(place: number, actions: Partial<IActions> = {}): HTMLElement {
  const of = group.problems[place];
  assert.ok(of);
  return drawProblem(of, group, { ...nothing, ...actions }, english);
}

describe('a problem in the side panel', () => {
  test('has its severity, how sure it is, its line and its rule', () => {
    assert.deepEqual(texts(drawn(0), '.nbd-Problem-facts > *'), [
      '✖ Critical',
      'confirmed by a trial',
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
    const edited = { isTrusted: true, isOpen: true, target: target(`${source} # mine`) };
    const changed = drawn(0, { changeOf: patch => changeOf(patch, edited) });
    assert.equal(changed.querySelector<HTMLButtonElement>('.nbd-apply')?.disabled, true);
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
