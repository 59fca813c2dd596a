import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { patchAt } from '../../src/report/patch';
import type { IFinding, IPatch, ITrial } from '../../src/report/wire';
import { golden } from '../dom';
import { finding, payload, report } from '../sample';

const EVIL = 'import os; os.system("echo taken")\n';

interface IForged {
  diff?: string;
  outcome?: string;
  patched?: string | null;
  source?: string;
  cell?: string;
  trial?: ITrial | null;
  findings?: IFinding[];
}

/** The patch at "0:0", in a report that says one thing and stores another. */
function offered({
  diff = '',
  outcome = '',
  source = 'x',
  findings,
  patched = EVIL,
  ...stored
}: IForged): IPatch | null {
  const [treatment] = finding.treatments;
  assert.ok(treatment);
  const shown = { ...finding, number: 0, treatments: [{ ...treatment, diff, outcome }] };
  const { document } = payload({
    version: 1,
    document: report(findings ?? [shown]),
    report: { findings: [{ treatments: [{ patched, ...stored }] }], stage: 'done', source }
  });
  return patchAt(document, '0:0');
}

/** What it writes. */
function patch(forged: IForged): string | null {
  return offered(forged)?.patched ?? null;
}

const SCALE = '@@ -1 +1 @@\n-x\n+x / 255';

describe('the patch of a treatment', () => {
  const { document, report: read } = payload();

  test('is the patched cell, for the cell that was diagnosed', () => {
    const found = patchAt(document, '0:0');
    assert.equal(found?.expected, read?.source);
    assert.equal(found?.patched, read?.source.replace('sigmoid', 'relu'));
    assert.equal(found?.isElsewhere, false);
  });

  for (const place of ['0:1', '0:9', '9:0', '-1:0', '', 'x', '0']) {
    test(`is none at "${place}", where nothing can be patched`, () => {
      assert.equal(patchAt(document, place), null);
    });
  }

  test('is none where the report cannot be understood', () => {
    const { document } = payload({ ...golden('report.json'), report: { findings: 3 } });
    assert.equal(patchAt(document, '0:0'), null);
  });

  test('is none that the message itself brings', () => {
    const [treatment] = finding.treatments;
    assert.ok(treatment);
    const brought = { expected: 'x', patched: EVIL, isElsewhere: false, isProved: true };
    const treatments = [{ ...treatment, patch: brought }];
    assert.equal(offered({ findings: [{ ...finding, number: 0, treatments }] }), null);
  });

  for (const outcome of ['no effect', 'worse']) {
    test(`is not offered where the report or the document says ${outcome}`, () => {
      assert.equal(offered({ diff: SCALE, trial: { outcome } }), null);
      assert.equal(offered({ diff: SCALE, outcome }), null);
    });
  }

  for (const trial of [undefined, null, { outcome: null }, { outcome: 'undecided' }]) {
    test(`is offered plainly with ${JSON.stringify(trial)} as its trial`, () => {
      const found = offered({ diff: SCALE, ...(trial === undefined ? {} : { trial }) });
      assert.equal(found?.isProved, false);
    });
  }

  test('is offered in colour when its trial helped', () => {
    assert.equal(offered({ diff: SCALE, trial: { outcome: 'helps' } })?.isProved, true);
  });
});

describe('what is written comes from the diff that is shown', () => {
  test('whatever the report stores beside it', () => {
    assert.equal(patch({ diff: SCALE }), 'x / 255');
  });

  test('also in another cell', () => {
    const found = offered({ diff: SCALE, cell: 'x\ny', source: 'z' });
    assert.deepEqual([found?.patched, found?.isElsewhere], ['x / 255\ny', true]);
  });

  for (const [name, forged] of Object.entries({
    'no diff is shown': {},
    'the diff is of another cell': { diff: SCALE, cell: 'import numpy as np' },
    'the source is another': { diff: SCALE, source: EVIL },
    'nothing can be patched': { diff: SCALE, patched: null },
    'the finding is not shown': { diff: SCALE, findings: [] }
  })) {
    test(`and nothing where ${name}`, () => {
      assert.equal(patch(forged), null);
    });
  }

  test('and nothing where two findings claim the same place', () => {
    const [treatment] = finding.treatments;
    assert.ok(treatment);
    const twice = ['+a', '+b'].map(line => ({
      ...finding,
      number: 0,
      treatments: [{ ...treatment, diff: `@@ -1 +1 @@\n-x\n${line}` }]
    }));
    assert.equal(patch({ findings: twice }), null);
  });
});

test('a small file makes no mountain of patched cells', () => {
  const [treatment] = finding.treatments;
  assert.ok(treatment);
  const treatments = Array.from({ length: 20 }, () => ({ ...treatment, diff: SCALE }));
  const findings = Array.from({ length: 100 }, (_, number) => ({ ...finding, number, treatments }));
  const source = `x\n${'#'.repeat(900_000)}`;
  const stored = {
    findings: findings.map(() => ({
      rule: 'r',
      treatments: treatments.map(() => ({ patched: '' }))
    })),
    stage: 'done',
    call: 'fit',
    source
  };
  const of = payload({ version: 1, document: report(findings), report: stored });
  const letters = of.document.sections
    .flatMap(({ blocks }) => blocks)
    .flatMap(block => (block.kind === 'finding' ? block.treatments : []))
    .reduce((sum, { patch }) => sum + (patch?.patched.length ?? 0), 0);
  assert.ok(letters > 900_000 && letters < 4_000_000);
});
