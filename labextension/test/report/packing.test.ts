import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { NotDeflated } from '../../src/report/codes';
import { inflated } from '../../src/report/inflate';
import { unpacked } from '../../src/report/packing';
import { readEvidence, readPayload } from '../../src/report/reading';
import { golden } from '../dom';

const MOST = 1_000_000;

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Numbers in an order that nothing compresses well. */
function noise(size: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: size }, () => {
    state = (state * 48271) % 2147483647;
    return state & 255;
  });
}

describe('what zlib has compressed is inflated', () => {
  const contents = {
    nothing: bytes(''),
    'one letter': bytes('a'),
    'a repetition of one letter': bytes('a'.repeat(70_000)),
    'words that come again': bytes('gradient of dense_0, gradient of dense_1, '.repeat(3_000)),
    'letters beyond ASCII': bytes('0,98 → 1,00 · “quer”\n'.repeat(500)),
    'what does not become smaller': noise(100_000)
  };
  for (const [name, content] of Object.entries(contents)) {
    for (const level of [0, 1, 6, 9]) {
      test(`${name}, at level ${level}`, () => {
        const found = inflated(deflateRawSync(content, { level }), MOST);
        assert.deepEqual(Buffer.from(found), Buffer.from(content));
      });
    }
  }

  test('with the codes that are fixed', () => {
    const content = bytes('gradient, gradient, gradient');
    const found = inflated(deflateRawSync(content, { strategy: 4 }), MOST);
    assert.deepEqual(Buffer.from(found), Buffer.from(content));
  });
});

describe('what cannot be inflated is refused', () => {
  test('what would be larger than allowed', () => {
    const bomb = deflateRawSync(Buffer.alloc(10_000_000));
    assert.throws(() => inflated(bomb, MOST), NotDeflated);
  });

  test('what ends too early', () => {
    const whole = deflateRawSync(bytes('gradient of dense_0 '.repeat(50)));
    assert.throws(() => inflated(whole.subarray(0, whole.length - 4), MOST), NotDeflated);
  });

  test('any other bytes, without an endless loop', () => {
    for (let from = 0; from < 2_000; from += 7) {
      try {
        inflated(noise(4_000).subarray(from), MOST);
      } catch (error) {
        assert.ok(error instanceof NotDeflated);
      }
    }
  });
});

describe('a packed message', () => {
  test('is read as the one that was packed', () => {
    assert.deepEqual(unpacked(golden('packed.json')), golden('report.json'));
    assert.deepEqual(readPayload(golden('packed.json')), readPayload(golden('report.json')));
    assert.equal(readEvidence(golden('packed.json')), readEvidence(golden('report.json')));
  });

  test('is unreadable where it was changed', () => {
    for (const packed of ['', '!', 'AAAA', btoa('{"document": 1}'), 7]) {
      const kind = readPayload({ ...golden('packed.json'), packed }).kind;
      assert.notEqual(kind, 'report');
    }
  });

  test('puts nothing in place of what a report inherits', () => {
    const text = '{"__proto__": {"polluted": 1}, "report": {"__proto__": {"polluted": 1}}}';
    const packed = deflateRawSync(bytes(text)).toString('base64');
    unpacked({ version: 3, report: {}, packed });
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  });
});
