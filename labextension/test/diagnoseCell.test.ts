import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDiagnosed, missingMagic } from '../src/diagnoseCell';

describe('a cell is diagnosed', () => {
  const cells = {
    'with the magic alone': '%%diagnose\nmodel.fit(x, y)',
    'with options': '%%diagnose -q --budget 10\nmodel.fit(x, y)',
    'below blank lines, which IPython passes over': '\n  \n%%diagnose\nmodel.fit(x, y)',
    'with indentation, which IPython passes over': '  %%diagnose\n  model.fit(x, y)',
    'below another magic': '%%time\n%%diagnose\nmodel.fit(x, y)'
  };
  for (const [name, source] of Object.entries(cells)) {
    test(name, () => {
      assert.equal(isDiagnosed(source), true);
      assert.equal(missingMagic(source), '');
    });
  }
});

describe('a cell is not diagnosed', () => {
  const cells = {
    'without magic': 'model.fit(x, y)',
    'with another magic': '%%time\nmodel.fit(x, y)',
    'with a magic whose name begins alike': '%%diagnose_all\nmodel.fit(x, y)',
    'with the line magic': '%diagnose\nmodel.fit(x, y)',
    'with the magic below code, where IPython does not see it': 'x = 1\n%%diagnose',
    'with the magic below a comment': '# train\n%%diagnose\nmodel.fit(x, y)',
    'when it is empty': ''
  };
  for (const [name, source] of Object.entries(cells)) {
    test(name, () => {
      assert.equal(isDiagnosed(source), false);
      assert.equal(missingMagic(source), '%%diagnose\n');
    });
  }
});
