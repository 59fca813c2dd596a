import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ICodeCellModel } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { cellOf, changeIn, codeCells } from '../../src/notebook/cells';
import { reportsOf, shownBy } from '../../src/notebook/storedReports';
import { MIME } from '../../src/report/wire';
import { english, golden } from '../dom';

interface IFake {
  type?: string;
  trusted?: boolean;
  outputs?: unknown[];
  count?: number;
}

let made = 0;

/** As much of a cell as is asked for. */
function cell(
  source: string,
  { type = 'code', trusted = true, outputs = [], count }: IFake = {}
): ICodeCellModel {
  made += 1;
  return {
    id: `cell-${made}`,
    type,
    trusted,
    executionCount: count ?? null,
    outputs: { length: outputs.length, get: (place: number) => outputs[place] },
    sharedModel: { getSource: () => source },
    getMetadata: () => undefined
  } as unknown as ICodeCellModel;
}

function notebook(...cells: ICodeCellModel[]): NotebookPanel {
  return { isDisposed: false, content: { model: { cells } } } as unknown as NotebookPanel;
}

function tracker(...notebooks: NotebookPanel[]): INotebookTracker {
  const forEach = (each: (panel: NotebookPanel) => void): void => {
    notebooks.forEach(each);
  };
  return { forEach } as unknown as INotebookTracker;
}

const patch = { expected: 'x = 1', patched: 'x = 2', isElsewhere: false, isProved: false };

describe('the cell of a report', () => {
  const output = { data: {} };
  const own = cell('x = 1', { outputs: [{ data: {} }, output] });
  const other = cell('x = 1', { outputs: [{ data: {} }] });
  const notebooks = tracker(notebook(other), notebook(cell(''), own));

  test('is the one that holds this very output', () => {
    assert.equal(cellOf(notebooks, output)?.cell, own);
  });

  test('is none for an output of no notebook, whatever it says', () => {
    assert.equal(cellOf(notebooks, { data: {}, cell_id: own.id }), null);
    assert.equal(changeIn(null, patch, english).obstacle, 'closed');
  });
});

describe('a change in a notebook', () => {
  const obstacle = (report: ICodeCellModel, of = patch, ...others: ICodeCellModel[]): unknown =>
    changeIn({ notebook: notebook(...others, report), cell: report }, of, english).obstacle;

  test('is seen by running its cell, and then the one that was diagnosed', () => {
    const report = cell('fit()');
    const other = cell('x = 1');
    const of = (shown: ICodeCellModel, elsewhere: boolean): unknown =>
      changeIn(
        { notebook: notebook(other, report), cell: shown },
        { ...patch, isElsewhere: elsewhere },
        english
      ).target?.toRun?.cells;
    assert.deepEqual(of(report, true), [other, report]);
    assert.deepEqual(of(other, false), [other]);
  });

  test('needs the trust of the cell that shows the report', () => {
    assert.equal(obstacle(cell('x = 1')), null);
    assert.equal(obstacle(cell('x = 1', { trusted: false })), 'untrusted');
    assert.equal(obstacle(cell('x = 1', { trusted: 'yes' as unknown as boolean })), 'untrusted');
  });

  test('goes to another cell only where it is meant for one, and names it', () => {
    assert.equal(obstacle(cell('y'), patch, cell('x = 1')), 'changed');
    const elsewhere = { ...patch, isElsewhere: true };
    const report = cell('y');
    const of = notebook(cell('x = 1', { type: 'markdown' }), cell('x = 1', { count: 3 }), report);
    const { target } = changeIn({ notebook: of, cell: report }, elsewhere, english);
    assert.equal(target?.name, 'cell [3]');
    assert.equal(obstacle(cell('y'), elsewhere, cell('x = 1', { type: 'raw' })), 'gone');
  });

  test('is none once the notebook is closed', () => {
    const report = cell('x = 1');
    const closed = Object.assign(notebook(report), { isDisposed: true });
    assert.equal(changeIn({ notebook: closed, cell: report }, patch, english).obstacle, 'closed');
  });

  test('never looks at cells that hold no code', () => {
    const report = cell('x = 1');
    assert.equal([...codeCells(notebook(cell('', { type: 'raw' }), report))].length, 1);
  });
});

describe('the reports of a cell', () => {
  const sound = { data: { [MIME]: golden('report.json') } };
  const broken = {
    get data(): unknown {
      throw new RangeError('too deep');
    }
  };

  test('are read though one beside them is broken, and that is counted', () => {
    const outputs = [broken, { data: { [MIME]: 'no report' } }, { data: {} }, sound];
    const { stored, unread } = shownBy(cell('', { outputs }));
    assert.equal(stored.length, 1);
    assert.equal(unread, 2);
  });

  test('are read up to a bound', () => {
    const many = cell('', { outputs: Array.from({ length: 50 }, () => sound) });
    assert.equal(reportsOf(many).length, 20);
    assert.equal(shownBy(many).unread, 30);
  });
});
