/** Reads the parts that a section consists of. */

import { MOST } from './bounds';
import { chart, finding, leads, notShown, prose, words } from './findingReader';
import { isObject, isText } from '../guards';
import { exactly, flag, listOf, optional, type Reader, shape } from './readers';
import type { Block, IFold, IList, ITable, IText } from './wire';

const paragraph = shape<IText>({
  kind: exactly('text', 'muted', 'placeholder'),
  text: prose,
  anchor: optional(words)
});

const cells = listOf(words, MOST.columns);

/** A row is one text with tabs between its cells; in messages of version 1 it is a list. */
const row: Reader<string[]> = (value, remaining) =>
  isText(value) ? prose(value, remaining).split('\t', MOST.columns) : cells(value, remaining);

const list = shape<IList>({
  kind: exactly('list'),
  items: listOf(prose, MOST.rows, left => notShown(left, 'items'))
});

const table = shape<ITable>({
  kind: exactly('table'),
  caption: words,
  header: cells,
  rows: listOf(row, MOST.rows, left => [notShown(left, 'rows')]),
  folded: flag,
  fold_title: optional(words),
  titled: optional(flag),
  anchors: optional(listOf(words, MOST.rows)),
  leads: optional(listOf(leads, MOST.rows)),
  leads_title: optional(words)
});

const partsLeft = (left: number): IText => ({ kind: 'muted', text: notShown(left, 'parts') });

/** What unfolds, with others inside of it so many times. */
function fold(depth: number): Reader<IFold> {
  const inside: Reader<Block> = (value, remaining) => blockAt(depth - 1)(value, remaining);
  const left = (count: number): IText => partsLeft(count);
  return shape<IFold>({
    kind: exactly('fold'),
    title: words,
    blocks: depth > 0 ? listOf(inside, MOST.rows, left) : listOf(inside, 0, left),
    is_open: optional(flag),
    anchor: optional(words)
  });
}

const kinds = exactly('text', 'muted', 'placeholder', 'list', 'table', 'chart', 'fold', 'finding');

function blockAt(depth: number): Reader<Block> {
  return (value, remaining) => {
    const kind = kinds(isObject(value) ? value.kind : undefined, remaining);
    const readers: Record<Block['kind'], Reader<Block>> = {
      text: paragraph,
      muted: paragraph,
      placeholder: paragraph,
      list,
      table,
      chart,
      fold: fold(depth),
      finding: finding(MOST.depth)
    };
    return readers[kind](value, remaining);
  };
}

export const block: Reader<Block> = blockAt(MOST.folds);
