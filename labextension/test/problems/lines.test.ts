import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lineNow } from '../../src/problems/lines';
import { marksOf } from '../../src/problems/markedLines';
import { problemsOf } from '../../src/problems/problem';
import { payload } from '../sample';

describe('a line of the diagnosed cell', () => {
  const before = 'a\nb\nc\nb';
  for (const [name, now, line, at] of [
    ['is where it was', before, 2, 2],
    ['moved down with its text', 'new\na\nb\nc', 3, 4],
    ['moved with another indentation', 'if x:\n  a', 1, 2],
    ['is gone', 'a\nb', 3, null],
    ['cannot be told from its twin', 'b\nx\nb', 4, null],
    ['does not exist', before, 9, null]
  ] as const) {
    test(name, () => {
      assert.equal(lineNow(before, now, line), at);
    });
  }
});

describe('marks', () => {
  const of = payload();
  const problems = problemsOf(of, 'cell');
  const source = of.report?.source ?? '';

  test('stand at the lines that findings name', () => {
    const marks = marksOf(problems, source, source);
    assert.deepEqual(
      marks.map(({ line, severity }) => [line, severity]),
      [
        [2, 'critical'],
        [4, 'warning']
      ]
    );
    assert.match(
      marks[0]?.says ?? '',
      /^Critical: Gradients vanish .*\. The gradient that reaches/
    );
    assert.doesNotMatch(marks[0]?.says ?? '', /`/);
  });

  test('share a line under the worst of it', () => {
    const [first, , third] = problems;
    assert.ok(first && third);
    const moved = { ...first, finding: { ...first.finding, marks: [4] } };
    const marks = marksOf([third, moved], source, source);
    assert.deepEqual(
      marks.map(({ severity, key }) => [severity, key]),
      [['critical', first.key]]
    );
    assert.match(marks[0]?.says ?? '', /Gradients vanish[^]*Inputs are not scaled/);
  });
});
