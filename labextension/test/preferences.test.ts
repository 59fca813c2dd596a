import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { DEFAULTS, isShown, magicOptions, readPreferences } from '../src/preferences';

interface ISchema {
  properties: Record<string, { default: unknown }>;
}

describe('settings', () => {
  test('have the defaults of their schema', () => {
    const path = new URL('../schema/settings.json', import.meta.url);
    const { properties } = JSON.parse(readFileSync(path, 'utf8')) as ISchema;
    const defaults = Object.entries(properties).map(([name, one]) => [name, one.default]);
    assert.deepEqual(Object.fromEntries(defaults), DEFAULTS);
  });

  test('are read', () => {
    const set = { ...DEFAULTS, budget: 3, ignoredRules: ['a'], severity: 'warning', marks: false };
    assert.deepEqual(readPreferences(set), set);
  });

  for (const stored of [null, 'x', {}, { budget: -1, severity: 'loud', marks: 'no' }]) {
    test(`that are none become the defaults: ${JSON.stringify(stored)}`, () => {
      assert.deepEqual(readPreferences(stored), DEFAULTS);
    });
  }
});

test('a severity is shown from the one that is set, and when it is unknown', () => {
  const shown = (severity: string): boolean => isShown(severity, 'warning');
  assert.deepEqual(['critical', 'warning', 'note', 'strange'].map(shown), [
    true,
    true,
    false,
    true
  ]);
});

describe('the magic is told', () => {
  test('nothing by default', () => {
    assert.equal(magicOptions(DEFAULTS), '');
  });

  test('what differs', () => {
    const set = { ...DEFAULTS, budget: 2.5, ignoredRules: ['dead-units', 'slow-start'] };
    assert.equal(magicOptions(set), ' --budget 2.5 --ignore dead-units,slow-start');
  });
});
