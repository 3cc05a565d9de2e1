// Wrong calls: each is refused with exit code 2 and a message that says what is wrong, and changes no byte on disk.
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capture } from './capture.ts';

const cwd = process.cwd();
const golden = join(cwd, 'golden');
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-bad-')));

/** Small enough for the reference device. */
const tiny = '--hidden-size 8 --layers 2 --length 16 --batch 2 --device cpu';
const text = `train --data book.txt ${tiny}`;

beforeAll(async () => {
  process.chdir(work);
  writeFileSync('book.txt', 'Call me Ishmael. Some years ago, never mind how long precisely. '.repeat(20));
  writeFileSync('other.txt', 'Another book altogether. '.repeat(40));
  writeFileSync('short.txt', 'Call me');
  writeFileSync('empty.txt', '');
  mkdirSync('folder');
  mkdirSync('foreign');
  writeFileSync('foreign/config.json', '{"model_type": "gated_deltanet"}');
  writeConfigs();
  await must(`${text} --steps 4 --out runs/done`);
  await must(`train --task mqar ${tiny} --steps 4 --pairs 2 --out runs/recall`);
  const further = 'train --init runs/done --data book.txt --length 16 --batch 2 --device cpu --steps 2';
  await must(`${further} --lora q_proj --lora-rank 2 --out runs/adapted`);
  await must(`${further} --tune-states --out runs/states`);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 1500);
  const stopped = await capture(`${text} --steps 40000 --checkpoint-every 1 --out runs/half`.split(' '), stop.signal);
  expect(stopped.code, stopped.err).toBe(130);
  damage();
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

async function must(line: string): Promise<void> {
  const { code, err } = await capture(line.split(' '));
  expect(code, err).toBe(0);
}

function writeConfigs(): void {
  const config = (name: string, content: unknown) =>
    writeFileSync(name, typeof content === 'string' ? content : JSON.stringify(content));
  const base = { model_type: 'gated_deltanet', hidden_size: 16, num_heads: 2, head_dim: 8, num_hidden_layers: 2 };
  mkdirSync('configs');
  config('configs/good.json', base);
  config('configs/broken.json', '{"model_type": ');
  config('configs/list.json', '[1]');
  config('configs/empty.json', '');
  config('configs/deep.json', '['.repeat(100_000));
  writeFileSync('configs/binary.json', Uint8Array.of(0xff, 0xfe, 0, 1));
  config('configs/untyped.json', { hidden_size: 16 });
  config('configs/mamba.json', { model_type: 'mamba2' });
  config('configs/negative.json', { ...base, hidden_size: -16 });
  config('configs/word.json', { ...base, num_heads: 'two' });
  config('configs/wide.json', { ...base, hidden_size: 2 ** 20, num_hidden_layers: 16_000 });
  config('configs/huge.json', { ...base, hidden_size: 2 ** 15, num_hidden_layers: 64 });
  config('configs/bottomless.json', { ...base, num_hidden_layers: 1e9 });
  config('configs/layer.json', { ...base, attn: { layers: [7], num_heads: 2 } });
  config('configs/heads.json', { ...base, head_dim: undefined, model_type: 'delta_net', num_heads: 3 });
  config('configs/misspelt.json', { ...base, num_layers: 3 });
  config('configs/foreign.json', { ...base, num_attention_heads: 4 });
  config('configs/other.json', { ...base, model_type: 'delta_net' });
  config('configs/attn.json', { ...base, attn: { layers: [1], num_heads: 2, windw_size: 4 } });
  config('configs/vocab.json', { ...base, vocab_size: 100 });
  config('configs/woven.json', { ...base, attn: { layers: [1], num_heads: 2 } });
  config('configs/two.json', { ...base, ratio: '1:1', pattern: 'GA' });
}

/** Copies of the finished and the unfinished run, each with something wrong. */
function damage(): void {
  const copy = (from: string, name: string, change: (path: string) => void) => {
    cpSync(join('runs', from), join('runs', name), { recursive: true });
    change(join('runs', name));
  };
  copy('done', 'truncated', (at) => truncateSync(join(at, 'model.safetensors'), 500));
  copy('done', 'headless', (at) => truncateSync(join(at, 'model.safetensors'), 4));
  copy('done', 'weightless', (at) => rmSync(join(at, 'model.safetensors')));
  copy('done', 'misfit', (at) => {
    const path = join(at, 'config.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"hidden_size": 8', '"hidden_size": 4'));
  });
  copy('done', 'unconfigured', (at) => writeFileSync(join(at, 'config.json'), '{'));
  copy('adapted', 'unlearned', (at) => rmSync(join(at, 'adapter', 'adapter_model.safetensors')));
  copy('adapted', 'wider', (at) => {
    const path = join(at, 'adapter', 'adapter_config.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"r": 2', '"r": 4'));
  });
  copy('half', 'torn', (at) => {
    for (const step of readdirSync(join(at, 'checkpoints'))) {
      truncateSync(join(at, 'checkpoints', step, 'model.safetensors'), 100);
    }
  });
  copy('half', 'unrecorded', (at) => writeFileSync(join(at, 'run.json'), '{"status": "running"}'));
  copy('half', 'misrecorded', (at) => writeFileSync(join(at, 'run.json'), 'not JSON'));
  copy('half', 'lost', (at) => rmSync(join(at, 'run.json')));
  mkdirSync('goldens');
  cpSync(join(golden, 'ops/linear--basic.safetensors'), 'goldens/cut.safetensors');
  truncateSync('goldens/cut.safetensors', 300);
  cpSync('runs/done/model.safetensors', 'goldens/weights.safetensors');
  writeFileSync('goldens/notes.txt', 'nothing');
  mkdirSync('skipped');
  cpSync('configs/mamba.json', 'skipped/config.json');
  writeFileSync('skipped/expected.safetensors', '');
  symlinkSync('loop', 'loop');
  mkdirSync('linked');
  symlinkSync('loop', 'linked/loop');
  mkdirSync('untyped');
  cpSync('configs/untyped.json', 'untyped/config.json');
  writeFileSync('untyped/expected.safetensors', '');
}

/** Every file below the working directory with its contents. */
function contents(directory = '.'): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(directory, { recursive: true }).map(String).sort()) {
    hash.update(`${name}\n`);
    const path = join(directory, name);
    if (!name.endsWith('loop') && statSync(path).isFile()) hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}

type Call = [argv: string, message: RegExp];

const half = 'train --resume --out runs/half';
const onBook = 'train --data book.txt --out new';
const onDone = 'train --init runs/done --data book.txt --out new --device cpu';
const onTask = 'train --task mqar --out new';

const calls: Record<string, Call[]> = {
  'the command line': [
    ['', /Usage: twill/],
    ['trian', /^twill: unknown command "trian"; did you mean train\?/],
    ['train --learning_rate 1', /^train: unknown option "--learning_rate"; did you mean --lr\?/],
    ['train --out new --stpes 3', /^train: unknown option "--stpes"; did you mean --steps\?/],
    ['eval', /^eval: no model is named; give its directory/],
    ['eval runs/done more --task lm', /^eval: too many arguments/],
    ['generate runs/done', /^generate: neither --prompt nor --prompt-file says what to continue/],
    ['parity', /^parity: missing required argument "path"/],
    ['train --steps', /^train: option "--steps <n>" argument missing/],
    ['doctor --device gpu', /^doctor: .*"gpu" is invalid.*auto, webgpu, wasm, gpujs, cpu/],
    ['doctor --threads 0', /^doctor: --threads is "0" where an integer from 1 to 64 is needed/],
    ['doctor --threads 2 --device cpu', /^doctor: --threads is 2 but --device is cpu, which runs on one/],
    ['sweep --preset small --out new --threads 2 --device cpu', /^sweep: --threads is 2 but --device is cpu/],
    ['start --out new --threads 2 --device cpu', /^start: --threads is 2 but --device is cpu, which runs on one/],
    ['eval runs/done --threads two', /^eval: --threads is "two" where an integer/],
    [
      'eval runs/done --threads 2 --device cpu',
      /^eval: --threads is 2 but --device is cpu, which runs on one; leave one/,
    ],
    ['parity runs/done --threads 3 --dtype f64', /^parity: --threads is 3 but --dtype is f64, which runs on one/],
    ['train --steps 1 --steps 2', /^train: --steps is given twice, as "1" and as "2"/],
    ['train --data book.txt', /^train: --out is missing/],
    ['train --out new', /^train: nothing to train on: neither --data nor --task/],
    ['train --out runs/done', /^train: --out runs\/done holds a run already; go on with it by --resume/],
    ['eval nowhere', /^eval: nowhere: does not exist; check the path/],
    ['train --out  --task mqar', /^train: --out is empty/],
  ],
  numbers: [
    [`${onBook} --steps 0`, /--steps is "0" where an integer from 1 to/],
    [`${onBook} --steps -1`, /--steps is "-1"/],
    [`${onBook} --steps NaN`, /--steps is "NaN"/],
    [`${onBook} --steps 1e99`, /--steps is "1e99"/],
    [`${onBook} --steps 2.5`, /--steps is "2.5"/],
    [`${onBook} --steps 0x10`, /--steps is "0x10"/],
    [`${onBook} --steps ten`, /--steps is "ten"/],
    [`${onBook} --lr 0`, /--lr is "0" where a number above 0 up to 10/],
    [`${onBook} --lr Infinity`, /--lr is "Infinity"/],
    [`${onBook} --lr -1e-3`, /--lr is "-1e-3"/],
    [`${onBook} --lr 1e99`, /--lr is "1e99"/],
    [`${onBook} --seed -1`, /--seed is "-1" where an integer from 0/],
    [`${onBook} --seed 1.5`, /--seed is "1.5"/],
    [`${onBook} --batch 0`, /--batch is "0"/],
    [`${onBook} --length 1000000 --batch 1000000`, /1000000000000 tokens a step, above the limit/],
    [`${onBook} --warmup 600 --steps 500`, /warmup is 600 but the run has 500 steps/],
    [`${onBook} --micro-batches 3`, /microBatches is 3 but the batch has 4 rows/],
    [`${onBook} --decay step`, /--decay is "step" where "cosine", "linear", "constant" is needed/],
    ['generate runs/done --prompt x --temperature -1', /--temperature is "-1"/],
    ['generate runs/done --prompt x --temperature NaN', /--temperature is "NaN"/],
    ['generate runs/done --prompt x --max-tokens 0', /--max-tokens is "0"/],
  ],
  'what to train': [
    [`${onBook} --mixer mamba2`, /--mixer: "mamba2" is no mixer of this version; .*gated-deltanet/],
    [`${onBook} --ratio 1`, /--ratio is "1" where 3:1 is needed, .* or 4, one full layer in 4, or pure/],
    [`${onBook} --ratio 4 --convention period`, /--convention period says how to read n:1 but --ratio is 4/],
    [`${onBook} --ratio pure --convention literal`, /convention is given without ratio/],
    [`${onBook} --ratio 0:1`, /ratio: "0:1"/],
    [`${onBook} --ratio 3:2`, /ratio: "3:2"/],
    [`${onBook} --ratio 7:1`, /ratio: 7:1 \(literal\) needs 8 layers/],
    [`${onBook} --ratio 3:1 --convention loose`, /--convention is "loose" where "literal", "period" is needed/],
    [`${onBook} --convention period`, /convention is given without ratio/],
    [`${onBook} --pattern GGX`, /pattern: "GGX" has other letters/],
    [`${onBook} --pattern GGGGA`, /pattern: "GGGGA" names 5 layers but the model has 4/],
    [`${onBook} --ratio 3:1 --pattern GGGA`, /ratio and pattern are given, which each decide the layout/],
    [`${onBook} --mixer attention --ratio 3:1`, /ratio is given but every layer of attention is attention already/],
    [`${onBook} --heads 5`, /--heads=5 does not divide --hidden-size=48/],
    [`${onBook} --mixer attention --heads 5`, /heads=5 does not divide .*48/],
    [`${onBook} --mixer deltanet --head-dim 7`, /--head-dim is 7 but a head of deltanet/],
    [`${onBook} --hidden-size 1048576 --heads 1`, /make it smaller|above the limit/],
    [`${onBook} --layers 16384 --hidden-size 4096`, /make it smaller|above the limit/],
    [`${onBook} --set nonsense=1`, /--set: gated-deltanet has no field nonsense/],
    [`${onBook} --set conv_size`, /--set is "conv_size" where field=value/],
    [`${onBook} --set conv_size=1000`, /conv_size is 1000/],
    [`${onBook} --set vocab_size=200`, /--set: vocab_size is 200 but the data have 256 ids/],
    [`${onBook} --set hidden_size=64 --hidden-size 32`, /--set hidden_size=64 contradicts/],
    [`${onBook} --task mqar`, /--data \S*book.txt and --task mqar both/],
    [`${onBook} --pairs 4`, /--pairs 4 means nothing with --data/],
    ['train --out new --task copy', /--task is "copy" where "mqar", "recall", .* is needed/],
    [`${onTask} --pairs 40`, /40 pairs and a query for each take 160 tokens/],
    [`${onTask} --vocab-size 63`, /vocab = 63 has no two halves/],
    [`${onTask} --length 63`, /length = 63 is odd/],
    ['train --out new --task parity --vocab-size 8', /--vocab-size 8 means nothing with --task parity/],
  ],
  'configuration files': [
    [`${onBook} --config configs/none.json`, /configs\/none.json: does not exist/],
    [`${onBook} --config folder`, /folder: is a directory/],
    [`${onBook} --config configs/broken.json`, /configs\/broken.json.*1:\d+|configs\/broken.json.*line 1/],
    [`${onBook} --config configs/list.json`, /configs\/list.json/],
    [`${onBook} --config configs/empty.json`, /configs\/empty.json/],
    [`${onBook} --config configs/deep.json`, /configs\/deep.json/],
    [`${onBook} --config configs/binary.json`, /configs\/binary.json: is not UTF-8/],
    [`${onBook} --config configs/untyped.json`, /model_type is missing/],
    [`${onBook} --config configs/mamba.json`, /mamba.json: model_type: "mamba2" is no mixer/],
    [`${onBook} --config configs/negative.json`, /hidden_size is -16/],
    [`${onBook} --config configs/word.json`, /num_heads is "two"/],
    [`${onBook} --config configs/wide.json`, /above the limit|make it smaller/],
    [`${onBook} --config configs/huge.json`, /above the limit|make it smaller/],
    [`${onBook} --config configs/bottomless.json`, /num_hidden_layers is 1000000000/],
    [`${onBook} --config configs/layer.json`, /attn names layer 7 but num_hidden_layers is 2/],
    [`${onBook} --config configs/heads.json`, /3 does not divide/],
    [
      `${onBook} --config configs/misspelt.json`,
      /misspelt.json: there is no option num_layers; did you mean num_hidden/,
    ],
    [`${onBook} --config configs/foreign.json`, /foreign.json: .*num_attention_heads; did you mean num_heads\?/],
    [`${onBook} --config configs/other.json`, /other.json: head_dim is a field of gated-deltanet, not of deltanet/],
    [
      `${onBook} --config configs/attn.json`,
      /attn.json: attn: there is no option windw_size; did you mean window_size/,
    ],
    [`${onBook} --set num_layers=3`, /has no field num_layers; did you mean num_hidden_layers/],
    [`${onBook} --config configs/vocab.json`, /vocab_size is 100 but the data have 256 ids/],
    [`${onBook} --config configs/two.json`, /ratio and pattern/],
    [
      `${onBook} --config configs/good.json --hidden-size 32`,
      /configs\/good.json: hidden_size is 16 but a flag says 32/,
    ],
    [
      `${onBook} --config configs/good.json --mixer deltanet`,
      /model_type is "gated_deltanet" but --mixer says deltanet/,
    ],
    [`${onBook} --config configs/woven.json --pattern AG`, /pattern makes layers 0 full but attn.layers is \[1\]/],
  ],
  data: [
    ['train --out new --data none.txt', /none.txt does not exist/],
    ['train --out new --data none/*.txt', /the pattern none\/\*.txt matches no file/],
    ['train --out new --data folder', /folder holds no text, table or lines of JSON/],
    ['train --out new --data empty.txt', /empty.txt holds 1 file and no byte/],
    ['train --out new --data short.txt', /the text held out has one byte, of which none can be predicted/],
    ['train --out new --data book.txt --length 5000', /a window of length 5000/],
    ['train --out new --data loop', /loop/],
    ['start --out new --corpus none.txt', /none.txt does not exist/],
    ['start --out new --corpus short.txt', /the text held out has one byte, of which none can be predicted/],
    ['start --out book.txt --corpus book.txt', /book.txt: is a file where a directory is needed/],
  ],
  'run directories': [
    [`${text} --out book.txt`, /book.txt: is a file where a directory is needed/],
    [`${text} --out book.txt/run`, /book.txt.*(file|directory)/],
    [`${text} --out /proc/twill`, /\/proc\/twill/],
    [`${text} --out runs/done`, /runs\/done holds a run already; .*--resume/],
    [`${text} --out foreign`, /foreign already holds config.json/],
    [`${text} --out foreign --resume`, /foreign holds config.json but no run.json/],
    ['train --resume --out new', /--resume: new holds no run to resume, it does not exist/],
    ['train --resume --out book.txt', /book.txt holds no run to resume, it is a file/],
    ['train --resume --out folder', /folder holds no run to resume, it has no config.json, it is empty/],
    ['train --resume --out runs', /runs holds no run to resume, it holds directories of models; .* such as runs\/done/],
    ['train --resume --out foreign', /foreign holds no run to resume, it has a model and no run.json/],
    ['train --resume --out runs/done/checkpoints/step-000004', /holds a checkpoint; name its run, runs\/done/],
    [`${half} --lr 0.5`, /lr is 0.006 in runs\/half\/run.json but 0.5|--lr is 0.5 but/],
    [`${half} --steps 7`, /training.steps is \d+ in runs\/half\/run.json, .* but 7 was asked for/],
    [`${half} --seed 3`, /--seed is 3 but 0 in runs\/half\/run.json/],
    [`${half} --mixer deltanet`, /runs\/half\/run.json: model_type is "gated_deltanet" but --mixer says deltanet/],
    [`${half} --pattern GA`, /runs\/half\/run.json/],
    [`${half} --data other.txt`, /data\.\w+ is .* in runs\/half\/run.json/],
    [`${half} --task mqar`, /--task is mqar but text in runs\/half\/run.json/],
    ['train --resume --out runs/torn', /none of its 2 checkpoints is whole/],
    ['train --resume --out runs/unrecorded', /runs\/unrecorded\/run.json: step is missing/],
    ['train --resume --out runs/misrecorded', /runs\/misrecorded\/run.json/],
    [`${text} --resume --out runs/lost`, /no run.json/],
  ],
  models: [
    ['eval none --task lm --data book.txt', /none: does not exist/],
    ['eval book.txt --task lm --data book.txt', /book.txt: .*directory/],
    ['eval folder --task lm --data book.txt', /folder: has no config.json/],
    ['eval folder', /add --task/],
    ['eval runs/torn', /none of its 2 checkpoints is whole/],
    ['eval runs/half --checkpoint 39999', /runs\/half has no checkpoint 39999; it has those of steps/],
    ['eval runs/weightless --task lm --data book.txt', /no final weights|has no model.safetensors/],
    ['eval runs/truncated', /runs\/truncated\/model.safetensors/],
    ['eval runs/headless', /runs\/headless\/model.safetensors: 4 bytes/],
    ['eval runs/misfit', /runs\/misfit: the weights do not fit the configuration/],
    ['eval runs/unconfigured', /runs\/unconfigured\/config.json/],
    ['eval runs/recall --task lm', /the run was not trained on text; say by --data/],
    ['eval runs/recall --task lm --data book.txt', /vocab_size is 64 but text needs the 256 bytes/],
    ['eval runs/done --task mqar --data book.txt', /--data book.txt is about text but the task is mqar/],
    ['eval runs/done --task chess', /--task is "chess" where .*"parity"/],
    ['eval runs/done --task lm --data none.txt', /none.txt does not exist/],
    ['generate none --prompt x', /none: does not exist/],
    ['generate runs/truncated --prompt x', /runs\/truncated\/model.safetensors/],
    ['generate runs/recall --prompt x', /vocab_size is 64 but text needs the 256 bytes/],
  ],
  adapters: [
    [`${onBook} --lora q_proj`, /--lora adapts a model but there is no --init that names it; add it/],
    [`${onBook} --tune-states`, /--tune-states adapts a model but there is no --init/],
    [`${onBook} --dtype bf16`, /--dtype bf16 says how the weights of --init are kept, but there is none/],
    [`${onDone} --lora q_proj --tune-states`, /--lora and --tune-states both say what is learned/],
    [`${onDone} --lora-rank 4`, /--lora-rank 4 is of a low-rank adapter but there is no --lora/],
    [`${onDone} --tune-states --lora-alpha 4`, /--lora-alpha 4 is of a low-rank adapter but there is no --lora/],
    [`${onDone} --lora q_proj --lora-rank 0`, /--lora-rank is "0" where an integer from 1/],
    [`${onDone} --lora q_proj --lora-rank 2.5`, /--lora-rank is "2.5" where an integer from 1/],
    [`${onDone} --lora q_proj --lora-alpha 0`, /--lora-alpha is "0" where/],
    [`${onDone} --lora q_proj,,v_proj`, /--lora is "q_proj,,v_proj" where q_proj,v_proj or all-linear is needed/],
    [`${onDone} --lora q_prj`, /^train: --lora names "q_prj", which this model does not have; did you mean q_proj\?$/m],
    [`${onDone} --lora q_proj,v_prok`, /^train: --lora names "v_prok", .*did you mean v_proj\?$/m],
    [`${onDone} --lora q_conv1d`, /--lora fits model.layers.0.attn.q_conv1d, a convolution; only linear layers/],
    [`${onDone} --lora q_proj --freeze lora`, /groups: "lora" matches none/],
    [`${onDone} --dtype bf16`, /would be trained but are stored in bf16/],
    [
      'train --init runs/adapted --data book.txt --out new',
      /--init runs\/adapted is the run of an adapter; .*hub convert/,
    ],
    ['train --resume --out runs/adapted --steps 3 --lora-rank 4', /adapter.r is 2 in .*run.json but 4 was asked for/],
    ['train --resume --out runs/adapted --steps 3 --lora v_proj', /adapter.target_modules\[0\] is "q_proj" in/],
    ['train --resume --out runs/adapted --steps 3 --tune-states', /adapter.peft_type is "LORA" in/],
    ['train --resume --out runs/adapted --steps 3 --dtype bf16', /--dtype is bf16 but f32 in/],
    ['train --resume --out runs/done --steps 5 --lora q_proj', /adapter is null in .*but \{ .* was asked for/],
    ['generate runs/adapted/adapter --prompt x', /holds an adapter; name its model, and this by --adapter/],
    ['generate runs/done --prompt x --adapter none', /none: does not exist/],
    ['generate runs/done --prompt x --adapter runs/unlearned', /has no adapter_model.safetensors; fetch it/],
    ['eval runs/done --adapter runs/wider', /lora_A.weight is \[2,8\] for \[4,8\]/],
    ['generate runs/adapted --prompt x --adapter runs/adapted', /q_proj has an adapter already/],
    ['hub convert runs/done new --adapter folder', /folder: has no adapter_config.json/],
    ['hub convert runs/states new', /runs\/states learns in what state sequences begin, which is no weight/],
    [
      'hub convert runs/done new --adapter runs/states',
      /goes on beside the model, .* runs\/done --adapter runs\/states/,
    ],
  ],
  goldens: [
    ['parity none', /none does not exist/],
    ['parity goldens/cut.safetensors', /goldens\/cut.safetensors/],
    ['parity goldens/weights.safetensors', /its metadata name no op/],
    ['parity goldens/notes.txt', /goldens\/notes.txt/],
    ['parity folder', /folder holds no golden/],
    ['parity skipped', /nothing was replayed: skipped: .*mamba2/],
    ['parity untyped', /1 goldens are broken.*its config.json names no model_type/],
    ['parity linked', /linked\/loop: a link that leads nowhere/],
    ['parity goldens', /2 goldens are broken/],
    [`parity ${golden} --dtype f64 --device wasm`, /--dtype f64 runs on cpu but --device is wasm/],
    [`parity ${golden} --dtype f16`, /"f16" is invalid/],
  ],
};

describe.each(Object.entries(calls))('%s', (_, wrong) => {
  it.each(wrong)('twill %s', async (line, message) => {
    const before = contents();
    // Two spaces are an empty argument.
    const argv = line === '' ? [] : line.split(' ');
    const { code, out, err } = await capture(argv);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^\s+at /m);
    expect(err.length).toBeGreaterThan(20);
    expect(code).toBe(2);
    if (!line.startsWith('parity')) expect(out).toBe('');
    expect(contents()).toBe(before);
  });
});

it('twill generate with an empty prompt', async () => {
  const { code, err } = await capture(['generate', 'runs/done', '--prompt', '']);
  expect([code, err]).toEqual([
    2,
    'generate: --prompt is empty but a model continues at least one byte; give some text.\n',
  ]);
});

it('is more than a hundred calls', () => {
  expect(Object.values(calls).flat().length).toBeGreaterThan(100);
});
