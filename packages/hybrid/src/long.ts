// What a long sequence will cost, said before it is computed.
import { bytesPer, DeviceError } from '@twilljs/tensor';
import type { LanguageModel } from './model.ts';

/** Tokens of a sequence from which its cost is looked at: below, counting would cost more than it tells. */
const LONG = 2 ** 15;

/** Operations that are announced, and operations per second of one core, roughly: a quarter of an hour. */
const MANY = 1e13;
const RATE = 1e10;

const told = new WeakSet<LanguageModel>();

/**
 * Refuses a sequence whose largest part cannot be held on the device, and announces one that will take long: once per model, in
 * one line.
 *
 * @param rows sequences, each of `tokens`.
 * @param kept `logits` where all of them are formed at once, `states` where only those stay.
 * @param atOnce how many of the rows are held together.
 * @throws DeviceError naming the bytes.
 */
export function announce(
  model: LanguageModel,
  rows: number,
  tokens: number,
  kept: 'logits' | 'states',
  atOnce = rows,
): void {
  if (tokens < LONG) return;
  const { device } = model;
  const numbers = atOnce * (kept === 'logits' ? tokens * model.config.model.vocab_size : model.stateSize(tokens));
  const bytes = numbers * bytesPer[device.float];
  try {
    device.free(device.allocate(bytes));
  } catch (error) {
    const next = kept === 'logits' ? 'read them part by part through a cache' : 'give shorter ones';
    throw new DeviceError(
      `model: ${atOnce} x ${tokens} tokens have ${kept} of ${bytes} bytes, more than ${device.name} has left; ${next}.`,
      { cause: error },
    );
  }
  const operations = rows * tokens * model.flopsPerToken(tokens);
  if (operations < MANY || told.has(model)) return;
  told.add(model);
  const minutes = Math.round(operations / RATE / 60);
  console.warn(
    `twill: ${rows} x ${tokens} tokens take ${operations.toExponential(1)} operations forward, some ${minutes} minutes at ` +
      `${RATE / 1e9} GFLOP/s, and ${kept} of ${bytes} bytes.`,
  );
}
