import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lineDiff } from '../../src/report/lineDiff';
import { patchedBy } from '../../src/report/unifiedDiff';

/** Small texts, drawn from a generator with a seed, so that a failure can be repeated. */
function* pairs(count: number): Generator<[string, string]> {
  let seed = 1;
  const draw = (most: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * most);
  };
  const text = (): string =>
    Array.from({ length: draw(12) }, () => 'abc'.charAt(draw(3))).join('\n');
  for (let i = 0; i < count; i++) {
    yield [text(), text()];
  }
}

describe('the lines that differ', () => {
  test('are all there: with those left out they make the newer text', () => {
    for (const [before, after] of pairs(500)) {
      const made: string[] = [];
      const old = before.split('\n');
      let at = 0;
      for (const { sign, text } of lineDiff(before, after)) {
        if (sign === '…') {
          continue;
        }
        while (sign !== '+' && old[at] !== text) {
          made.push(old[at++] ?? '?');
        }
        at += sign === '+' ? 0 : 1;
        made.push(...(sign === '-' ? [] : [text]));
      }
      const whole = [...made, ...old.slice(at)].join('\n');
      assert.equal(before === after ? before : whole, after, JSON.stringify([before, after]));
    }
  });

  test('are none where nothing differs', () => {
    assert.deepEqual(lineDiff('a\nb', 'a\nb'), []);
  });

  test('stand with two lines around, and say what is left out', () => {
    const before = Array.from({ length: 9 }, (_, line) => String(line)).join('\n');
    const shown = lineDiff(before, before.replace('4', 'x')).map(({ sign, text }) => sign + text);
    assert.deepEqual(shown, ['…', ' 2', ' 3', '-4', '+x', ' 5', ' 6', '…']);
  });

  test('of texts too long to compare are all of them, in no time', () => {
    const began = performance.now();
    const text = (letter: string): string => `${letter}\n`.repeat(20_000);
    assert.equal(lineDiff(text('a'), text('b')).length, 40_001);
    assert.ok(performance.now() - began < 5000);
  });
});

describe('a diff of Python', () => {
  for (const [before, diff, after] of [
    ['a\nb\nc', '@@ -1,3 +1,3 @@\n a\n-b\n+x\n c', 'a\nx\nc'],
    ['a\nb\nc\n', '@@ -2 +2 @@\n-b\n+x', 'a\nx\nc\n'],
    ['a\nb', '@@ -1,2 +1,3 @@\n a\n-b\n+x\n+y', 'a\nx\ny'],
    ['a', '@@ -0,0 +1 @@\n+x', 'x\na'],
    ['a\nb\nc\nd\ne', '@@ -1 +1 @@\n-a\n+x\n@@ -5 +5 @@\n-e\n+y', 'x\nb\nc\nd\ny'],
    ['x', '--- a\n+++ b\n@@ -1 +1 @@\n-x\n+x / 255\n', 'x / 255'],
    ['--x\ny', '@@ -1,2 +1,2 @@\n---x\n+++y\n y', '++y\ny'],
    ['a\u2028b\nc', '@@ -1,2 +1,2 @@\n-a\u2028b\n+x\u2028b\n c', 'x\u2028b\nc'],
    ['a', '@@ -1 +1,2 @@\n a\n+', 'a\n'],
    ['a\n', '@@ -1,2 +1 @@\n a\n-', 'a']
  ] as const) {
    test(`turns ${JSON.stringify(before)} into ${JSON.stringify(after)}`, () => {
      assert.equal(patchedBy(before, diff), after);
    });
  }

  for (const [name, before, diff] of [
    ['of another text', 'a\nb', '@@ -1 +1 @@\n-x\n+y'],
    ['that is cut off', 'a\nb', '@@ -1 +1 @@\n-a\n… (30 more characters are not shown)'],
    ['without a place', 'a', '-a\n+b'],
    ['that goes back', 'a\nb', '@@ -2 +2 @@\n-b\n+x\n@@ -1 +1 @@\n-a\n+y'],
    ['behind the end', 'a', '@@ -9 +9 @@\n+x'],
    ['of nothing', 'a', ''],
    ['with words before it', 'a', 'evil\n@@ -1 +1 @@\n-a\n+b']
  ] as const) {
    test(`${name} is no patch`, () => {
      assert.equal(patchedBy(before, diff), null);
    });
  }
});
