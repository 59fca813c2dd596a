import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changeOf, type IChange, type IScene, isSame, write } from '../../src/notebook/change';
import { applyLabel, obstacleWords, placeWords } from '../../src/notebook/changeWords';
import { asked, drawOffer, refresh } from '../../src/notebook/changeView';
import type { IPatch } from '../../src/report/wire';
import { english } from '../dom';
import { target, texts } from '../sample';

const patch: IPatch = {
  expected: 'x = 1\nrate = 1',
  patched: 'x = 1\nrate = 0.1',
  isElsewhere: false,
  isProved: false
};

function scene(changes: Partial<IScene> = {}): IScene {
  return { isTrusted: true, isOpen: true, target: target(patch.expected), ...changes };
}

function patched(text: string, before = patch.expected): IChange {
  return changeOf({ ...patch, expected: before, patched: text }, scene({ target: target(before) }));
}

function drawn(change: IChange): HTMLElement {
  return drawOffer(() => change, english);
}

function isOff(change: IChange, action: string): boolean | undefined {
  const button = drawn(change).querySelector<HTMLButtonElement>(`[data-nbd-action=${action}]`);
  return button?.disabled;
}

test('what is written is what is drawn', () => {
  const cell = target(patch.expected);
  const change = changeOf(patch, scene({ target: cell }));
  assert.deepEqual(texts(drawn(change), '.nbd-Diff > span'), [
    '  x = 1',
    '- rate = 1',
    '+ rate = 0.1'
  ]);
  assert.equal(write(change), true);
  const [{ start, end, text } = { start: 0, end: 0, text: '' }] = cell.written;
  assert.equal(patch.expected.slice(0, start) + text + patch.expected.slice(end), patch.patched);
});

describe('a change is off, and says what to do', () => {
  const elsewhere = { ...patch, isElsewhere: true };
  const cases: [string, IChange, RegExp, boolean][] = [
    [
      'without trust',
      changeOf(patch, scene({ isTrusted: false })),
      /Run the cell again, or choose “Trust/,
      false
    ],
    ['with no notebook', changeOf(patch, scene({ isOpen: false, target: null })), /no open/, false],
    ['where its cell is gone', changeOf(elsewhere, scene({ target: null })), /No cell has/, true],
    [
      'where the cell is another now',
      changeOf(patch, scene({ target: target('x = 2\nrate = 1') })),
      /Diagnose it again/,
      true
    ],
    [
      'where the cell is locked',
      changeOf(patch, scene({ target: target(patch.expected, { isLocked: true }) })),
      /cannot be edited/,
      true
    ],
    ['where it is too long to be read', patched('y\n'.repeat(401)), /longer than 400 lines/, false],
    ['with one line too long to be read', patched('y'.repeat(50_000)), /longer than/, false],
    ['with what cannot be seen', patched('x = 1\nrate\u202e = 1'), /cannot be seen/, false]
  ];
  for (const [name, change, says, mayCopy] of cases) {
    test(name, () => {
      assert.match(obstacleWords(change, english), says);
      assert.match(drawn(change).textContent, says);
      assert.deepEqual([isOff(change, 'apply'), isOff(change, 'copy')], [true, !mayCopy]);
      assert.equal(write(change), false);
    });
  }
});

test('another cell is named beside the lines and on the button, and shown', () => {
  const change = changeOf({ ...patch, isElsewhere: true }, scene());
  assert.match(placeWords(change, english), /another cell, cell \[1\]/);
  assert.equal(applyLabel(change, english), 'Apply to cell [1]');
  assert.deepEqual(texts(drawn(change), '.nbd-apply'), ['Apply to cell [1]']);
});

describe('a change that was drawn', () => {
  test('is another one when the cell, the patch or the trust is', () => {
    const before = changeOf(patch, scene());
    assert.ok(isSame(before, changeOf(patch, scene())));
    for (const other of [
      changeOf(patch, scene({ target: target('x = 1') })),
      changeOf(patch, scene({ target: target(patch.expected, { id: 'b' }) })),
      changeOf(patch, scene({ isTrusted: false })),
      changeOf({ ...patch, patched: 'x' }, scene())
    ]) {
      assert.ok(!isSame(before, other));
    }
  });

  test('is drawn anew when its cell is another, and only then', () => {
    let source = patch.expected;
    const root = document.createElement('div');
    root.append(drawOffer(() => changeOf(patch, scene({ target: target(source) })), english));
    const first = root.firstChild;
    refresh(root, english);
    assert.equal(root.firstChild, first);
    source = 'rate = 1';
    refresh(root, english);
    assert.match(root.textContent, /The cell changed since/);
    const button = root.querySelector('.nbd-apply');
    assert.equal(asked({ target: button } as unknown as Event)?.of.shown.target?.source, source);
  });
});
