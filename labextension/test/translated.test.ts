import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TranslationBundle } from '@jupyterlab/translation';
import { changeOf } from '../src/notebook/change';
import { drawOffer } from '../src/notebook/changeView';
import type { ProblemList } from '../src/problems/list';
import { drawProblem } from '../src/problems/card';
import { ProblemsBody } from '../src/problems/panelBody';
import { drawDocument } from '../src/report/document';
import { drawReading } from '../src/report/saved';
import type { IPatch } from '../src/report/wire';
import { english, golden } from './dom';
import { group } from './problems/group';
import { payload, target } from './sample';

/** A language in which every sentence stands in brackets, so that words of no translator show. */
const foreign = {
  __: (text: string, ...values: unknown[]) => `⟦${english.__(text, ...values)}⟧`,
  _n: (one: string, many: string, count: number, ...values: unknown[]) =>
    `⟦${english._n(one, many, count, ...values)}⟧`
} as TranslationBundle;

/** All texts in a message: the report's own words, which its kernel has written. */
function* said(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    yield value;
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) {
      yield* said(inner);
    }
  }
}

/** What is seen or read aloud: texts, and the attributes that hold words. */
function* shown(root: Element): Generator<string> {
  const walker = document.createTreeWalker(root, 4);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const around = node.parentElement?.closest('p')?.textContent ?? '';
    yield isForeign(around) ? around : (node.textContent ?? '');
  }
  for (const of of root.querySelectorAll('[aria-label], [title], [placeholder]')) {
    for (const name of ['aria-label', 'title', 'placeholder']) {
      yield of.getAttribute(name) ?? '';
    }
  }
}

function isForeign(text: string): boolean {
  return /^⟦[^]*⟧( \(\d+\))?$/u.test(text.trim());
}

/** Words that come neither from the report, sentence by sentence, nor from a translator. */
function untranslated(root: Element, message: unknown): string[] {
  const squeeze = (text: string): string => text.replace(/[`“”\s]+/g, ' ').trim();
  const own = squeeze([...said(message)].join(' '));
  const isOwn = (text: string): boolean =>
    text.split(/(?<=\.) /).every(part => own.includes(part.replace(/\.$/, '')));
  return [...shown(root)]
    .map(squeeze)
    .filter(text => /\p{L}/u.test(text) && !isForeign(text) && !isOwn(text));
}

/** As they stand on the keys themselves. */
const KEYS = ['Enter', 'F', 'Esc'];

const patch: IPatch = {
  expected: 'x = 1',
  patched: 'x = 2',
  isElsewhere: true,
  isProved: true
};

function changed(text: string, isTrusted = true): HTMLElement {
  const to = target(text);
  return drawOffer(() => changeOf(patch, { isTrusted, isOpen: true, target: to }), foreign);
}

describe('every word that is not the report’s comes from the translator', () => {
  for (const name of ['report.json', 'healthy.json', 'training.json', 'folds.json']) {
    test(`in ${name}`, () => {
      const drawn = drawDocument(payload(golden(name)), foreign);
      assert.deepEqual(untranslated(drawn, golden(name)), []);
    });
  }

  test('in what is said of a report that cannot be read', () => {
    const newer = drawReading({ kind: 'newer', version: 99 }, foreign, () => document.body);
    const broken = drawReading({ kind: 'unreadable' }, foreign, () => document.body);
    assert.deepEqual([...untranslated(newer, {}), ...untranslated(broken, {})], []);
  });

  test('in a change, whatever stands in its way', () => {
    for (const drawn of [
      changed('x = 1'),
      changed('x = 2'),
      changed('y'),
      changed('x = 1', false)
    ]) {
      assert.deepEqual(untranslated(drawn, [patch, 'y']), []);
    }
  });

  test('in the problems', () => {
    const nothing = {
      reveal: () => undefined,
      hide: () => undefined,
      diagnose: () => undefined,
      changeOf: (of: IPatch) => changeOf(of, { isTrusted: true, isOpen: true, target: null })
    };
    const of = group(0);
    const listed = { shown: { groups: [of] }, chosen: null } as unknown as ProblemList;
    const body = new ProblemsBody(listed, nothing, foreign);
    body.draw();
    assert.deepEqual(untranslated(body.node, [of, KEYS]), []);
    for (const problem of of.problems) {
      assert.deepEqual(untranslated(drawProblem(problem, of, nothing, foreign), of), []);
    }
  });

  test('and a word of none is found', () => {
    const planted = document.createElement('p');
    planted.append('Apply to cell', document.createElement('br'), '⟦Copy⟧');
    assert.deepEqual(untranslated(planted, {}), ['Apply to cell']);
  });
});
