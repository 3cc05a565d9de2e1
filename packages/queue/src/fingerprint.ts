// What decides the bits of a cell beside its job: where two machines agree in it, either may train a cell of the other.
import { createHash } from 'node:crypto';
import type { JsonObject } from '@twilljs/hub';
import type { SweepCell } from '@twilljs/sweep';
import type { Device } from '@twilljs/tensor';
import { type Code, trainVersion } from '@twilljs/train/node';

/** What must be equal at everybody who trains cells of one queue. */
export interface Fingerprint {
  /** Of Twill. */
  readonly version: string;
  /** SHA-256 of `Math.exp`, `log`, `sin`, `cos` and `pow` at many points: engines and their versions differ in last bits. */
  readonly numbers: string;
  /** Of the device, by which results differ. */
  readonly device: string;
  /** SHA-256 of what all cells are: names, models, training, data. */
  readonly cells: string;
  /** SHA-256 of the text; null where none is read. */
  readonly text: string | null;
  /** SHA-256 of modules of the user's own. */
  readonly modules: string;
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Points at which functions are compared, of each. */
const POINTS = 4096;

/** SHA-256 of the functions of `Math` whose last bits engines are free to choose. */
function numbersDigest(): string {
  const values = new Float64Array(6 * POINTS);
  for (let i = 0; i < POINTS; i++) {
    const x = ((i * 2654435761) % 2 ** 32) / 2 ** 27 - 16; // -16 to 16, well spread
    const of = [Math.exp(x), Math.log(Math.abs(x)), Math.sin(x), Math.cos(x), Math.abs(x) ** 0.75, 0.999 ** (i / 7)];
    values.set(of, 6 * i);
  }
  return sha256(new Uint8Array(values.buffer));
}

/** The device as far as it decides bits: threads do not, nor does which of two tiers that give the same. */
export function deviceWord(device: Pick<Device, 'name' | 'label'>): string {
  const { tier } = device as { tier?: string };
  if (tier !== undefined) return `${device.name} (${tier === 'wide' ? 'relaxed' : tier})`;
  return device.label;
}

/** @param code of the modules of the user's own. */
export function fingerprintOf(
  cells: readonly SweepCell[],
  corpus: JsonObject | null,
  code: readonly Code[],
  device: string,
): Fingerprint {
  const what = cells.map(({ name, task, config, training, data, seed }) => ({
    ...{ name, task, config, training, data, seed },
  }));
  return {
    version: trainVersion(),
    numbers: numbersDigest(),
    device,
    cells: sha256(JSON.stringify(what)),
    text: corpus && sha256(JSON.stringify(corpus)),
    modules: sha256(JSON.stringify(code.map((one) => one.sha256).sort())),
  };
}

const words: { readonly [K in keyof Fingerprint]: string } = {
  version: 'version of Twill',
  numbers: 'digest of Math.exp, log, sin, cos and pow (another engine, or another version of it)',
  device: 'device',
  cells: 'digest of the cells (another specification, or other defaults)',
  text: 'digest of the text (--data)',
  modules: 'digest of modules of your own',
};

/** In what two differ, in words; none where cells of one may be trained by the other. */
export function differences(queue: Fingerprint, here: Fingerprint): string[] {
  return (Object.keys(words) as (keyof Fingerprint)[])
    .filter((part) => queue[part] !== here[part])
    .map((part) => `${words[part]} is ${short(queue[part])} in the queue but ${short(here[part])} here`);
}

const short = (value: string | null): string =>
  value !== null && value.length === 64 ? value.slice(0, 12) : `${value}`;
