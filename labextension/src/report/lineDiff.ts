/** What differs between two texts, line by line: a pure function. */

export interface IDiffLine {
  /** "…" stands for lines that are the same and left out; its text is empty. */
  sign: ' ' | '+' | '-' | '…';
  text: string;
  /** Place in the newer text, from 1; in the older one for what is removed. */
  line: number;
}

/** Lines that are the same and shown around what differs. */
const AROUND = 2;

/** Pairs of lines that are compared at most; more than that is shown as wholly replaced. */
const MOST_PAIRS = 250_000;

function sameAtStart(before: readonly string[], after: readonly string[]): number {
  const most = Math.min(before.length, after.length);
  let same = 0;
  while (same < most && before[same] === after[same]) {
    same += 1;
  }
  return same;
}

/** Length of the longest common subsequence of what follows each pair of places. */
function common(before: readonly string[], after: readonly string[]): Uint32Array {
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  return lengths;
}

type Step = ' ' | '+' | '-';

function steps(before: readonly string[], after: readonly string[]): Step[] {
  if (before.length * after.length > MOST_PAIRS) {
    return [...before.map((): Step => '-'), ...after.map((): Step => '+')];
  }
  const lengths = common(before, after);
  const at = (i: number, j: number): number => lengths[i * (after.length + 1) + j] ?? 0;
  const made: Step[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      made.push(' ');
      [i, j] = [i + 1, j + 1];
    } else if (i < before.length && (j === after.length || at(i + 1, j) >= at(i, j + 1))) {
      made.push('-');
      i += 1;
    } else {
      made.push('+');
      j += 1;
    }
  }
  return made;
}

function everyLine(before: readonly string[], after: readonly string[]): IDiffLine[] {
  const start = sameAtStart(before, after);
  const ends = [before.slice(start).reverse(), after.slice(start).reverse()] as const;
  const tail = sameAtStart(...ends);
  const middle = steps(
    before.slice(start, before.length - tail),
    after.slice(start, after.length - tail)
  );
  const signs = [
    ...before.slice(0, start).map((): Step => ' '),
    ...middle,
    ...ends[0].slice(0, tail).map((): Step => ' ')
  ];
  let [i, j] = [0, 0];
  return signs.map(sign => {
    const text = (sign === '-' ? before[i] : after[j]) ?? '';
    i += sign === '+' ? 0 : 1;
    j += sign === '-' ? 0 : 1;
    return { sign, text, line: sign === '-' ? i : j };
  });
}

/** Every line that differs, a few of those around, and a mark where others are left out. */
export function lineDiff(before: string, after: string): IDiffLine[] {
  const lines = everyLine(before.split('\n'), after.split('\n'));
  const isNear = new Uint8Array(lines.length);
  lines.forEach(({ sign }, place) => {
    if (sign !== ' ') {
      isNear.fill(1, Math.max(0, place - AROUND), place + AROUND + 1);
    }
  });
  const shown: IDiffLine[] = [];
  lines.forEach((line, place) => {
    if (isNear[place] === 1) {
      shown.push(line);
    } else if (shown.at(-1)?.sign !== '…') {
      shown.push({ sign: '…', text: '', line: line.line });
    }
  });
  return lines.some(({ sign }) => sign !== ' ') ? shown : [];
}
