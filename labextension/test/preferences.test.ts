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

  for (const stored of [
    null,
    'x',
    {},
    { budget: -1, severity: 'loud', marks: 'no' },
    { budget: 0.5 },
    { budget: 1e300 },
    { budget: '5\nimport os' },
    { ignoredRules: 'dead-units' },
    { ignoredRules: { length: 1e9 } },
    { ignoredRules: ['x\nimport os\n#', 'a b', 'A', '', 'a'.repeat(1000), 3, null] }
  ]) {
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

describe('settings that were changed elsewhere put nothing into a cell', () => {
  for (const [name, set] of Object.entries({
    'a rule of two lines': { ignoredRules: ['x\nimport os'] },
    'a rule with a blank': { ignoredRules: ['x --budget 900'] },
    'a budget in words': { budget: '5\nimport os' as unknown as number },
    'a budget that is none': { budget: Number.NaN }
  })) {
    test(name, () => {
      assert.equal(magicOptions({ ...DEFAULTS, ...set }), '');
    });
  }

  test('while a sound rule beside them is kept', () => {
    assert.equal(
      magicOptions({ ...DEFAULTS, ignoredRules: ['x\ny', 'dead-units'] }),
      ' --ignore dead-units'
    );
  });
});
