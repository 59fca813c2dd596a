import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changeOf, type IChange } from '../../src/notebook/change';
import { drawOffer } from '../../src/notebook/changeView';
import { english } from '../dom';
import { target, texts } from '../sample';

function patched(text: string, expected = 'x = 1\nrate = 1'): IChange {
  const fix = { expected, patched: text, isElsewhere: false, isProved: false };
  return changeOf(fix, { isTrusted: true, isOpen: true, target: target(expected) });
}

describe('everything that is written can be seen', () => {
  const lines = (text: string): (string | null)[] =>
    texts(
      drawOffer(() => patched(text), english),
      '.nbd-Diff-added'
    ).map(line => line?.slice(2) ?? null);

  for (const [name, line, seen] of [
    ['turned text', 'a\u202eb', 'a⟨U+202E⟩b'],
    ['a blank of no width', 'a\u200bb', 'a⟨U+200B⟩b'],
    ['a line that Python ends', 'a # b\rimport os', 'a # b⟨U+000D⟩import os'],
    ['a letter without a picture', 'a\u3164b', 'a⟨U+3164⟩b'],
    ['a blank that is no space', 'a\u00a0b', 'a⟨U+00A0⟩b'],
    ['a tag', 'a\u{e0041}b', 'a⟨U+E0041⟩b'],
    ['half a letter', 'a\ud800b', 'a⟨U+D800⟩b'],
    ['heaps of accents', `a${'\u0301'.repeat(4)}b`, `a${'⟨U+0301⟩'.repeat(4)}b`],
    ['blanks at the end', 'a \t', 'a·→'],
    ['what is far to the right', `a${' '.repeat(5000)}; import os`, 'a⟨5000 blanks⟩; import os'],
    ['many blanks at the end', `a${' '.repeat(100)}`, 'a⟨100 blanks⟩'],
    ['what looks like the head of a diff', '++ evil()', '++ evil()'],
    ['what looks like a place in a diff', '@@ -1 +1 @@', '@@ -1 +1 @@'],
    ['markup', '<script>x</script>', '<script>x</script>']
  ] as const) {
    test(name, () => {
      assert.deepEqual(lines(`x = 1\n${line}`), [seen]);
    });
  }

  test('an empty line, too', () => {
    assert.deepEqual(lines('x = 1\n\nrate = 1'), ['']);
  });

  test('and what stands in the cell already may stay', () => {
    const change = patched('x = "\u200b"\ny = 2', 'x = "\u200b"\ny = 1');
    assert.equal(change.obstacle, null);
    assert.equal(patched('x = "\u200b"; y = 2', 'x = "\u200b"; y = 1').obstacle, null);
    assert.equal(patched('x = "\u200b\u200b"', 'x = "\u200b"').obstacle, 'unseen');
  });
});
