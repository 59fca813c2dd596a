import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULTS } from '../../src/preferences';
import {
  counts,
  type IGroup,
  MOST_SHOWN,
  neighbour,
  problemsOf,
  shown
} from '../../src/problems/problem';
import { summary } from '../../src/problems/words';
import { english } from '../dom';
import { group } from './group';
import { payload } from '../sample';

function rules(groups: IGroup[]): string[] {
  return groups.flatMap(({ problems }) => problems.map(({ finding }) => finding.rule));
}

const ALL = ['vanishing-gradient', 'loss-stands-still', 'unscaled-inputs'];

describe('the problems of a report', () => {
  const [first, second, third] = problemsOf(payload(), 'a');

  test('are its findings, with consequences behind their cause', () => {
    assert.deepEqual(rules([group(0)]), ALL);
    assert.equal(first?.cause, '');
    assert.equal(second?.cause, first.finding.title);
  });

  test('have their fixes', () => {
    assert.deepEqual(
      first?.finding.treatments.map(({ patch }) => patch !== null),
      [true, false]
    );
    assert.equal(third?.finding.treatments[0]?.patch, null); // it was tried in vain
  });

  test('have keys that differ', () => {
    const keys = [...problemsOf(payload(), 'a'), ...problemsOf(payload(), 'b')].map(one => one.key);
    assert.equal(new Set(keys).size, 6);
  });
});

describe('what is shown', () => {
  const of = (set: Partial<typeof DEFAULTS>, filter = ''): ReturnType<typeof shown> =>
    shown([group(0), group(1)], { ...DEFAULTS, ...set }, filter);

  test('is everything at first', () => {
    assert.deepEqual(rules(of({}).groups), [...ALL, ...ALL]);
  });

  test('leaves out hidden rules, and counts them', () => {
    const left = of({ ignoredRules: ['unscaled-inputs'] });
    assert.deepEqual(rules(left.groups), [...ALL.slice(0, 2), ...ALL.slice(0, 2)]);
    assert.deepEqual(left.ignored, ['unscaled-inputs', 'unscaled-inputs']);
    assert.equal(left.filtered, 0);
  });

  test('leaves out lesser severities, and counts them', () => {
    const left = of({ severity: 'critical' });
    assert.equal(rules(left.groups).includes('unscaled-inputs'), false);
    assert.deepEqual([left.ignored, left.filtered], [[], 2]);
  });

  test('ends where nobody would read on, and counts the rest', () => {
    const many = Array.from({ length: 200 }, (_, place) => group(place));
    const { groups, left } = shown(many, DEFAULTS, '');
    assert.equal(rules(groups).length, MOST_SHOWN);
    assert.equal(left, 600 - MOST_SHOWN);
  });

  test('keeps a cell whose report cannot be read', () => {
    const broken = group(0, { problems: [], unread: 1 });
    assert.deepEqual(shown([broken], DEFAULTS, 'words').groups, [broken]);
  });

  test('fits every word of the filter, in any case and order', () => {
    assert.deepEqual(rules(of({}, 'SCALED inputs').groups), [ALL[2], ALL[2]]);
    assert.deepEqual(rules(of({}, 'dense_0 gradient').groups), [ALL[0], ALL[0]]);
    assert.deepEqual(of({}, 'nowhere').groups, []);
  });
});

describe('counting', () => {
  test('goes by severity', () => {
    assert.deepEqual(counts([group(0)]), [
      ['critical', 2],
      ['warning', 1],
      ['note', 0]
    ]);
    assert.equal(summary([group(0)], english), '3 problems: 2 critical, 1 warning');
    assert.equal(summary([], english), '0 problems');
  });
});

describe('the next problem', () => {
  const groups = [group(1), group(4)];
  const [a, b, c, d, , last] = groups.flatMap(({ problems }) => problems).map(({ key }) => key);

  for (const [name, from, step, index, to] of [
    ['is the one after', a, 1, 0, b],
    ['is the one before', b, -1, 0, a],
    ['is in the next cell', c, 1, 0, d],
    ['begins anew after the last', last, 1, 0, a],
    ['ends with the last before the first', a, -1, 0, last],
    ['is the first at or below the active cell', null, 1, 2, d],
    ['is the first of all below the last cell', null, 1, 5, a],
    ['is found anew when the one before is gone', 'gone', 1, 0, a]
  ] as const) {
    test(name, () => {
      assert.equal(neighbour(groups, from ?? null, step, index)?.key, to);
    });
  }

  test('is none in an empty list', () => {
    assert.equal(neighbour([], null, 1, 0), undefined);
  });
});
