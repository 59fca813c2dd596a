import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changeOf } from '../../src/notebook/change';
import type { IPatch } from '../../src/report/wire';
import type { ProblemList } from '../../src/problems/list';
import { ProblemsBody } from '../../src/problems/panelBody';
import { english } from '../dom';
import { group } from './group';

const nothing = {
  reveal: () => undefined,
  hide: () => undefined,
  diagnose: () => undefined,
  changeOf: (patch: IPatch) => changeOf(patch, { isTrusted: true, isOpen: true, target: null })
};

/** As much of the list as a panel reads when it is drawn. */
function listed(): ProblemList {
  return { shown: { groups: [group(0)] }, chosen: null } as unknown as ProblemList;
}

describe('the list in the side panel', () => {
  test('leaves open what was unfolded just before it is drawn anew, and closed what was not', () => {
    const body = new ProblemsBody(listed(), nothing, english);
    document.body.append(body.node);
    body.draw();
    const [first] = group(0).problems;
    assert.ok(first);
    body.unfold(first, 'why');
    body.draw();
    const open = (): number => body.node.querySelectorAll('details[open]').length;
    assert.equal(open(), 1);
    body.unfold(first, 'why');
    body.draw();
    assert.equal(open(), 0);
  });
});
