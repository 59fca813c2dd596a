import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changeOf, type IChange, takeBack, write } from '../../src/notebook/change';
import type { IRunnable, IScene, ITarget } from '../../src/notebook/change';
import { asked, drawOffer } from '../../src/notebook/changeView';
import type { IPatch } from '../../src/report/wire';
import { english } from '../dom';
import { target, texts } from '../sample';

const patch: IPatch = { expected: 'x = 1', patched: 'x = 2', isElsewhere: false, isProved: false };

function scene(changes: Partial<IScene> = {}): IScene {
  return { isTrusted: true, isOpen: true, target: target(patch.expected), ...changes };
}

function drawn(change: IChange): HTMLElement {
  return drawOffer(() => change, english);
}

function isOff(change: IChange, action: string): boolean | undefined {
  const button = drawn(change).querySelector<HTMLButtonElement>(`[data-nbd-action=${action}]`);
  return button?.disabled;
}

describe('a change that is in its cell', () => {
  const buttons = (change: IChange): (string | null)[] => texts(drawn(change), 'button');
  const applied = (of: IPatch, changes: Partial<ITarget> = {}): IChange =>
    changeOf(of, scene({ target: target(of.patched, changes) }));

  test('is told, and can be taken back and run', () => {
    const change = applied(patch);
    assert.match(drawn(change).textContent, /^Applied: the fix is in the cell\./);
    assert.deepEqual(buttons(change), ['Undo', 'Run cell', 'Copy']);
    assert.equal(drawn(change).querySelector('.nbd-Change-obstacle'), null);
    assert.equal(write(change), false);
  });

  test('of another cell names it, shows it, and runs both', () => {
    const toRun = { cells: [{}, {}] } as unknown as IRunnable;
    const change = applied({ ...patch, isElsewhere: true }, { toRun });
    assert.match(drawn(change).textContent, /^Applied: the fix is in cell \[1\]\./);
    assert.deepEqual(buttons(change), ['Show', 'Undo', 'Run both', 'Copy']);
    assert.equal(isOff(change, 'run'), false);
  });

  test('leaves the cell as it was when it is taken back', () => {
    const cell = target(patch.patched);
    assert.equal(takeBack(changeOf(patch, scene({ target: cell }))), true);
    const [{ start, end, text } = { start: 0, end: 0, text: '' }] = cell.written;
    assert.equal(cell.source.slice(0, start) + text + cell.source.slice(end), patch.expected);
  });

  test('is not taken back out of a locked cell, and nothing is that is not there', () => {
    const locked = applied(patch, { isLocked: true });
    assert.equal(isOff(locked, 'undo'), true);
    for (const change of [
      locked,
      changeOf(patch, scene()),
      changeOf(patch, scene({ target: null }))
    ]) {
      assert.equal(takeBack(change), false);
    }
  });

  test('asks for what its buttons say', () => {
    const node = drawn(applied({ ...patch, isElsewhere: true }));
    const actions = [...node.querySelectorAll('button')].map(
      target => asked({ target } as unknown as Event)?.action
    );
    assert.deepEqual(actions, ['show', 'undo', 'run', 'copy']);
  });
});
