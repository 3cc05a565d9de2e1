// twill parity: replays golden files and says how far every tensor is off, and which cases of tokenizers and sampling are wrong.
import { dataOf, faultOf, isWithin, replayGoldens, textOf } from '@twilljs/parity/node';
import { cpu, OptionError } from '@twilljs/tensor';
import { Argument, Option } from 'commander';
import { mixers } from 'twilljs';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { openDevice, requireOne } from '../device.ts';
import { Interrupted } from '../failure.ts';
import { option } from '../flags.ts';
import { printable } from '../terminal.ts';

interface Options extends CommonOptions {
  readonly dtype: 'f32' | 'f64';
  readonly base?: string;
}

export function parity() {
  const command = makeCommand({
    name: 'parity',
    summary:
      'Replays golden files (ops, models, tokenizers, sampling, evaluation): the error of every tensor, the worst last.',
    seed: null,
    eager: true,
    examples: [
      'twill parity golden',
      'twill parity golden/models/transformer --dtype f64',
      'twill parity golden --eager',
      'twill parity golden/tokenizers golden/sampling',
      'twill parity more-goldens --base golden/models',
      'twill parity golden/evals',
      'twill parity my-op.safetensors --device cpu --json',
    ],
    notes: [
      'A model is a directory with config.json, model.safetensors, expected.safetensors and, if it was trained,\n' +
        'train.safetensors. With --base the model of a directory without one is that of the same name there.',
      'A tokenizer is a directory with tokenizer.json and cases.json: text, add_special_tokens, ids, decoded,\n' +
        'decoded_with_special, each equal. One of sampling has a cases.json of logits, ids, options, probabilities\n' +
        '(within 1e-6) and kept (equal). Exit code 1 when a tensor is above its tolerance or a case is wrong.',
      'Goldens of evaluation are files of requests and generations, folders of runs with a results.json, and prompts,\n' +
        'as golden/evals/README.md tells them. With --base the models are the folders model-<name> there.',
    ],
  })
    .addArgument(new Argument('<path...>', 'golden files, directories of models, tokenizers and sampling, folders'))
    .addOption(option('--base <dir>', 'where models of goldens that hold none are, by name'))
    .addOption(new Option('--dtype <type>', 'f64 is the reference device, cpu').choices(['f32', 'f64']).default('f32'));
  return { command, run: runParity };
}

async function runParity({ terminal, say }: Context, paths: readonly string[], options: Options): Promise<Result> {
  if (options.dtype === 'f64' && options.device !== 'auto' && options.device !== 'cpu') {
    throw new OptionError(
      `--dtype f64 runs on cpu but --device is ${options.device}, whose numbers are f32; leave one of them out.`,
    );
  }
  if (options.dtype === 'f64') requireOne(options.threads, '--dtype is f64');
  const { eager = false, base } = options;
  const device = options.dtype === 'f64' ? cpu({ float: 'f64', eager }) : await openDevice(options);
  const observe = (path: string, done: number, of: number) => {
    if (terminal.signal.aborted) throw new Interrupted(`parity: stopped after ${done} of ${of} goldens.`);
    if (terminal.live) terminal.draw(`\r${done + 1}/${of}  ${printable(path)}\x1b[K`);
  };
  const outcome = await replayGoldens(paths, { mixers, device, base, label: device.label, observe });
  if (terminal.live) terminal.draw('\r\x1b[K');
  say(textOf(outcome));
  const fault = faultOf(outcome);
  return { answer: isWithin(outcome), data: dataOf(outcome), ...(fault !== null && { inputFault: fault }) };
}
