/** A message that Python has packed to keep the notebook small; twin of nbdoctor/view/packing.py. */

import { LIMITS } from './bounds';
import { NotDeflated } from './codes';
import { isObject, isText } from '../guards';
import { inflated } from './inflate';

/** The version of packed messages; what is in them is of the version before. */
const PACKED = 3;

function read(packed: string): unknown {
  try {
    const bytes = Uint8Array.from(atob(packed), letter => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(inflated(bytes, LIMITS.letters)));
  } catch (error) {
    if (
      error instanceof NotDeflated ||
      error instanceof SyntaxError ||
      error instanceof DOMException
    ) {
      return null;
    }
    throw error;
  }
}

/** The message with what was packed in it; one that is not packed as it is. */
export function unpacked(message: unknown): unknown {
  if (!isObject(message) || message.version !== PACKED || !isText(message.packed)) {
    return message;
  }
  const { packed, ...open } = message;
  const inner = packed.length <= LIMITS.letters ? read(packed) : null;
  if (!isObject(inner)) {
    return message;
  }
  const parts = [open.report, inner.report].filter(isObject);
  const report = Object.assign({}, ...parts) as Record<string, unknown>;
  return { ...open, ...inner, report, version: PACKED - 1 };
}
