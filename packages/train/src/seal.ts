// Records that carry a checksum of themselves: what was changed or cut afterwards is noticed when it is read.
import { createHash } from 'node:crypto';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { readText, writeAtomic } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';

/** The field with the SHA-256 of all others. */
const SELF = 'self';

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

export function writeSealed(path: string, record: object): void {
  const written = JSON.parse(JSON.stringify(record)) as JsonObject; // as a reader will find it, in its order
  const self = sha256(JSON.stringify(written));
  writeAtomic(path, `${JSON.stringify({ ...written, [SELF]: self }, null, 2)}\n`);
}

/**
 * The record in a file, without its checksum. Those of version 0.1 had none.
 *
 * @throws FileError when it is no JSON object, or not what was written.
 */
export function readSealed(path: string): JsonObject {
  const { [SELF]: self, ...record } = parseJsonObject(readText(path), path);
  if (self === undefined || self === sha256(JSON.stringify(record))) return record;
  throw new FileError(
    `${path}: its SHA-256 is not the one that it holds under ${SELF}; it was changed or damaged, bring it back from a copy.`,
  );
}
