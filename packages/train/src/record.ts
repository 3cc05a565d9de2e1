// run.json: what a run is, and how far it came. A directory belongs to one run.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { readText, writeAtomic } from '@twilljs/hub/node';
import type { Device } from '@twilljs/tensor';
import { OptionError } from '@twilljs/tensor';
import { firstDifference } from './difference.ts';

/** What decides the bits of a run: equal at every resume. */
export interface Identity {
  /** The model's config.json. */
  readonly model: JsonObject;
  readonly training: JsonObject;
  readonly data: JsonObject;
  readonly seed: number;
}

/** Where it runs. Another one may change the last bits, so a resume there is warned of. */
export interface Machine {
  readonly device: string;
  readonly tier: string | null;
  readonly node: string;
  readonly v8: string;
}

export interface RunRecord {
  /** Whether the run came to its end and its weights are still there. */
  readonly complete: boolean;
  /** Steps that were skipped so far. */
  readonly skipped: number;
  /** Records that the run starts, or goes on, at a step. */
  begin(step: number, skipped: number): void;
  /** Records how it ended. */
  end(status: 'interrupted' | 'diverged' | 'finished', step: number, skipped: number): void;
}

const FILE = 'run.json';
const WEIGHTS = 'model.safetensors';
/** What a run writes into its directory. */
const OWN = [FILE, 'metrics.jsonl', WEIGHTS, 'config.json', 'checkpoints'];

export function machineOf(device: Device): Machine {
  const { tier } = device as { tier?: string };
  const { node, v8 } = process.versions;
  return { device: device.name, tier: tier ?? null, node, v8 };
}

/**
 * Claims a directory for a run, or finds the run in it.
 *
 * @throws OptionError when it holds a run and `resume` is not set, files of something else, or a run with another identity.
 */
export function openRecord(
  directory: string,
  identity: Identity,
  machine: Machine,
  command: readonly string[],
  { resume, warn }: { resume: boolean; warn(message: string): void },
): RunRecord {
  const path = join(directory, FILE);
  const there = OWN.filter((name) => existsSync(join(directory, name)));
  if (!resume && there.length > 0) {
    throw new OptionError(
      `run: ${directory} already holds ${there.join(', ')} of a run; go on with it by --resume, or choose another directory.`,
    );
  }
  if (there.length > 0 && !there.includes(FILE)) {
    throw new OptionError(
      `run: ${directory} holds ${there.join(', ')} but no ${FILE}, so no run can be resumed there; choose another directory.`,
    );
  }
  const before = there.includes(FILE) ? parseJsonObject(readText(path), path) : null;
  if (before) {
    refuseOther(before, identity, path);
    warnOfOther(before, machine, path, warn);
  }
  const resumed = Array.isArray(before?.resumed) ? before.resumed : [];

  function write(status: string, step: number, skipped: number): void {
    const record = { status, step, skipped, command, ...identity, ...machine, version: trainVersion(), resumed };
    writeAtomic(path, `${JSON.stringify(record, null, 2)}\n`);
  }
  return {
    complete: before?.status === 'finished' && there.includes(WEIGHTS),
    skipped: typeof before?.skipped === 'number' ? before.skipped : 0,
    begin(step, skipped) {
      if (before) resumed.push({ step, ...machine });
      write('running', step, skipped);
    },
    end: write,
  };
}

function refuseOther(before: JsonObject, identity: Identity, path: string): void {
  for (const part of ['model', 'training', 'data', 'seed'] as const) {
    const found = firstDifference(before[part], identity[part], part);
    if (!found) continue;
    throw new OptionError(
      `run: ${found.path} is ${found.before} in ${path} but ${found.now} was asked for; use the same, or another directory.`,
    );
  }
}

function warnOfOther(before: JsonObject, machine: Machine, path: string, warn: (message: string) => void): void {
  for (const [name, now] of Object.entries(machine)) {
    const then = before[name] ?? null;
    if (then === now) continue;
    warn(
      `run: ${name} is ${then} in ${path} but ${now} here; the resumed run may differ from an unbroken one in its last bits.`,
    );
  }
}

/** Of this package, from its manifest. */
export function trainVersion(): string {
  return (createRequire(import.meta.url)('@twilljs/train/package.json') as { version: string }).version;
}
