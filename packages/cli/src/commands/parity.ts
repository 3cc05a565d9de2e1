// twill parity: replays golden files and says how far every tensor is off.
import { cpu, type Device, OptionError } from '@twilljs/tensor';
import { Argument, Option } from 'commander';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { deviceLabel, openDevice } from '../device.ts';
import { Interrupted } from '../failure.ts';
import type { Measured, Replayed } from '../parity/measured.ts';
import { replayModel } from '../parity/model.ts';
import { replayOp } from '../parity/op.ts';
import { dataOf, isWithin, type Outcome, textOf } from '../parity/report.ts';
import { findTargets, type Target } from '../parity/targets.ts';
import { printable } from '../terminal.ts';

interface Options extends CommonOptions {
  readonly dtype: 'f32' | 'f64';
}

export function parity() {
  const command = makeCommand({
    name: 'parity',
    summary:
      'Replays golden files (an op, a model, or folders of them) and prints the error of every tensor, the worst last.',
    seed: 'accepted as everywhere; nothing here is random',
    examples: [
      'twill parity golden',
      'twill parity golden/models/transformer --dtype f64',
      'twill parity my-op.safetensors --device cpu --json',
    ],
    notes: [
      'A model is a directory with config.json, model.safetensors, expected.safetensors and, if it was trained,\n' +
        'train.safetensors. Exit code 1 when a tensor is above its tolerance.',
    ],
  })
    .addArgument(new Argument('<path...>', 'golden files, model directories, folders'))
    .addOption(new Option('--dtype <type>', 'f64 is the reference device, cpu').choices(['f32', 'f64']).default('f32'));
  return {
    command,
    run: (context: Context, paths: readonly string[], options: Options) => runParity(context, paths, options),
  };
}

async function runParity(context: Context, paths: readonly string[], options: Options): Promise<Result> {
  const { terminal, say } = context;
  if (options.dtype === 'f64' && options.device === 'wasm') {
    throw new OptionError(
      '--dtype f64 runs on cpu but --device is wasm, whose numbers are f32; leave one of them out.',
    );
  }
  const { found, skipped, broken: damaged } = findTargets(paths);
  const broken = [...damaged];
  const device = options.dtype === 'f64' ? cpu({ float: 'f64' }) : await openDevice(options.device);
  const replayed: Replayed[] = [];
  for (const [i, target] of found.entries()) {
    if (terminal.signal.aborted) throw new Interrupted(`parity: stopped after ${i} of ${found.length} goldens.`);
    if (terminal.live) terminal.draw(`\r${i + 1}/${found.length}  ${printable(target.path)}\x1b[K`);
    try {
      replayed.push({ path: target.path, measured: await replay(target, device) });
    } catch (error) {
      // One golden whose contents fit no op or model says nothing about the others.
      if (!(error instanceof Error) || error.message.startsWith('invariant')) throw error;
      broken.push({ path: target.path, reason: error.message });
    }
  }
  if (terminal.live) terminal.draw('\r\x1b[K');
  const outcome = { device: deviceLabel(device), dtype: options.dtype, replayed, skipped, broken };
  say(textOf(outcome));
  const fault = faultOf(outcome);
  return { answer: isWithin(outcome), data: dataOf(outcome), ...(fault !== null && { inputFault: fault }) };
}

function replay(target: Target, device: Device): Promise<Measured[]> {
  return target.kind === 'op' ? replayOp(target, device) : replayModel(target, device);
}

/** What is wrong with the input as a whole. */
function faultOf({ replayed, skipped, broken }: Outcome): string | null {
  if (broken.length > 0)
    return `${broken.length} goldens are broken, the first is ${broken[0].path}: ${broken[0].reason}`;
  if (replayed.length > 0) return null;
  const [{ path, reason }] = skipped;
  const all = skipped.length > 1 ? `all ${skipped.length} goldens were skipped, the first is ` : '';
  return `nothing was replayed: ${all}${path}: ${reason}; name others.`;
}
