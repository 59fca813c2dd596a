import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missingMagic } from '../../src/notebook/diagnoseCell';

const FIT = 'model.fit(x, y)';

function after(source: string, ...rest: [string?, boolean?]): string {
  const { start, end, text } = missingMagic(source, ...rest) ?? { start: 0, end: 0, text: '' };
  return source.slice(0, start) + text + source.slice(end);
}

describe('a cell is diagnosed, and left as it is', () => {
  const cells = {
    'with the magic alone': `%%diagnose\n${FIT}`,
    'with options': `%%diagnose -q --budget 10\n${FIT}`,
    'below blank lines, which IPython passes over': `\n  \n%%diagnose\n${FIT}`,
    'with indentation, which IPython passes over': `  %%diagnose\n  ${FIT}`,
    'below another magic': `%%time\n%%diagnose\n${FIT}`
  };
  for (const [name, source] of Object.entries(cells)) {
    test(name, () => {
      assert.equal(missingMagic(source, ' --budget 5'), null);
    });
  }
});

describe('a cell is not diagnosed', () => {
  const cells = {
    'without magic': FIT,
    'with another magic': `%%time\n${FIT}`,
    'with a magic whose name begins alike': `%%diagnose_all\n${FIT}`,
    'with the line magic': `%diagnose\n${FIT}`,
    'with the magic below code, where IPython does not see it': 'x = 1\n%%diagnose',
    'with the magic below a comment': `# train\n%%diagnose\n${FIT}`,
    'when it is empty': ''
  };
  for (const [name, source] of Object.entries(cells)) {
    test(name, () => {
      assert.equal(after(source), `%%diagnose\n${source}`);
    });
  }
});

describe('the magic is written', () => {
  test('with the options of the settings', () => {
    assert.equal(after(FIT, ' --budget 5'), `%%diagnose --budget 5\n${FIT}`);
  });

  test('with the wish not to train', () => {
    assert.equal(after(FIT, ' --budget 5', true), `%%diagnose --dry-run --budget 5\n${FIT}`);
  });

  test('so that one that is there does not train', () => {
    const source = `\n  %%diagnose -q\n${FIT}`;
    assert.equal(after(source, '', true), `\n  %%diagnose --dry-run -q\n${FIT}`);
  });

  test('but not twice', () => {
    assert.equal(missingMagic(`%%diagnose -q --dry-run\n${FIT}`, '', true), null);
  });
});
