// Which weights a model has, as one number.
import { createHash } from 'node:crypto';
import { readWeights } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { params } from '@twilljs/nn';

/** SHA-256 over names, shapes, types and values of all parameters, in hexadecimal. One of them at a time is read from the device. */
export async function weightsHash(model: LanguageModel): Promise<string> {
  const hash = createHash('sha256');
  for (const parameter of params(model)) {
    for (const [name, { dtype, shape, bytes }] of await readWeights(new Map([parameter]))) {
      hash.update(`${name} ${dtype} [${shape}] `).update(bytes);
    }
  }
  return hash.digest('hex');
}
