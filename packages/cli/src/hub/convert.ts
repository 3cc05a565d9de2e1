// twill hub convert: a model in the form that is asked for, with what lies beside its weights.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bytesText, grouped } from '@twilljs/eval';
import type { LoadOptions } from '@twilljs/hub';
import { attempt, load, save } from '@twilljs/hub/node';
import { countParams } from '@twilljs/nn';
import { familiesOf } from '@twilljs/sweep';
import { cpu, OptionError } from '@twilljs/tensor';
import { known } from 'twilljs';
import type { Context, Result } from '../command.ts';
import { requireModel } from '../directories.ts';
import { Interrupted } from '../failure.ts';
import type { Read } from '../flags.ts';
import { shown } from '../flags.ts';
import { recordIn } from '../train/resume.ts';
import { type Merged, merged } from './merge.ts';
import { transferBar } from './transfer-bar.ts';

export interface Conversion {
  readonly dtype: NonNullable<LoadOptions['dtype']>;
  readonly maxShardBytes: number | undefined;
  /** Becomes part of the weights. */
  readonly adapter: string | undefined;
}

const units: Readonly<Record<string, number>> = { '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9 };

/** `5GB`, `500 MB`: bytes. */
export const readBytes: Read<number> = (text) => {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([kMG]?B)?$/i.exec(text) ?? [];
  const bytes = Math.round(Number(number) * units[unit.toUpperCase()]);
  if (bytes >= 1) return bytes;
  throw new OptionError(
    `--max-shard-size is "${shown(text)}" where a size such as 5GB or 500MB is needed; correct it.`,
  );
};

/** @throws OptionError where something is in the way at `out`: nothing that is there is overwritten. */
export function requireFree(out: string): void {
  if (!existsSync(out) || (statSync(out).isDirectory() && attempt(out, () => readdirSync(out)).length === 0)) return;
  throw new OptionError(`${out} holds files already; name a directory that is empty, or is not there yet.`);
}

/** @param directory of the model, or of a run. */
export async function convert(directory: string, out: string, asked: Conversion, context: Context): Promise<Result> {
  const { note, say } = context;
  const { adapter, maxShardBytes } = asked;
  const isAdapted = adapter !== undefined || recordIn(directory)?.adapter;
  const { model, files } = await (isAdapted ? merged : alone)(directory, asked, context);
  for (const line of await save(out, model, { files, ...(maxShardBytes !== undefined && { maxShardBytes }) })) {
    note(`note: ${line}\n`);
  }
  const written = readdirSync(out).sort();
  const weights = written.filter((name) => name.endsWith('.safetensors'));
  const bytes = weights.reduce((sum, name) => sum + statSync(join(out, name)).size, 0);
  const parameters = countParams(model);
  say(
    `${out}: ${grouped(parameters)} parameters, ${bytesText(bytes)} in ${weights.length === 1 ? 'one file' : `${weights.length} files`}\n`,
  );
  return { answer: true, data: { from: directory, out, parameters, bytes, files: written } };
}

/** The model as it is. */
async function alone(directory: string, { dtype }: Conversion, { terminal, note }: Context): Promise<Merged> {
  requireModel(directory);
  const bar = transferBar(terminal, 'reading');
  const { notes, ...loaded } = await load(directory, {
    mixers: familiesOf(known),
    device: cpu(),
    dtype,
    signal: terminal.signal,
    onProgress: (progress) => bar.update(progress),
  }).catch((error) => {
    if (!terminal.signal.aborted) throw error;
    throw new Interrupted('hub convert: stopped; nothing was written.');
  });
  bar.end();
  for (const line of notes) note(`note: ${line}\n`);
  return loaded;
}
