import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { placeElsewhere } from '../../src/problems/elsewhere';
import { linesOf, marksAt, marksOf } from '../../src/problems/markedLines';
import { problemsOf } from '../../src/problems/problem';
import { payload } from '../sample';

const data = { count: 1, source: 'x = load()' };
const model = { count: 2, source: 'model = A()\nmodel.compile("sgd")' };
const training = { count: 3, source: 'model.fit(x)' };
const there = { number: 2, line: 2, text: 'model.compile("sgd")' };

describe('a line of another cell', () => {
  test('is found by the number of the cell and its text', () => {
    assert.deepEqual(placeElsewhere([data, model, training], 2, there), [1, 2]);
  });

  test('is followed where the cell was changed', () => {
    const changed = { count: 2, source: `# new\n${model.source}` };
    assert.deepEqual(placeElsewhere([data, changed, training], 2, there), [1, 3]);
  });

  test('is found where the cell was run again', () => {
    const again = { ...model, count: 7 };
    assert.deepEqual(placeElsewhere([again, training], 1, there), [0, 2]);
  });

  test('is not told where several cells have it, or none', () => {
    const again = { ...model, count: 7 };
    assert.equal(placeElsewhere([again, training, again], 1, there), null);
    assert.equal(placeElsewhere([data, training], 1, there), null);
    assert.equal(placeElsewhere([data, { ...model, source: 'y = 1' }], 0, there), null);
    assert.equal(placeElsewhere([model], 0, there), null);
    assert.equal(
      placeElsewhere([data, { count: 2, source: '\n' }], 0, { ...there, text: '' }),
      null
    );
  });
});

describe('a problem marks', () => {
  const of = payload();
  const source = of.report?.source ?? '';
  const [first, , third] = problemsOf(of, 'cell');
  assert.ok(first && third);

  test('the fit where it has no line of its own', () => {
    const bare = { ...first, finding: { ...first.finding, line: null, marks: [4] } };
    assert.deepEqual(linesOf(bare, source, source), [4]);
    assert.deepEqual(
      marksOf([third, bare], source, source).map(({ line, severity }) => [line, severity]),
      [[4, 'critical']]
    );
  });

  test('the lines of all fits that it was found in', () => {
    const both = { ...first, finding: { ...first.finding, marks: [2, 4] } };
    assert.deepEqual(
      marksOf([both], source, source).map(({ line }) => line),
      [2, 4]
    );
  });

  test('a line of an earlier cell, the worst first', () => {
    const marks = marksAt([
      [third, 1],
      [first, 1]
    ]);
    assert.deepEqual(
      marks.map(({ line, severity, key }) => [line, severity, key]),
      [[1, 'critical', first.key]]
    );
  });

  test('the line alone in a report of old', () => {
    const { marks, ...old } = first.finding;
    assert.deepEqual(marks, [2]);
    assert.deepEqual(linesOf({ ...first, finding: old }, source, source), [2]);
  });
});
