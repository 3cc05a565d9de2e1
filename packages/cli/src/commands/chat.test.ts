// Conversations with a model that was trained on some: what comes, in turns, with what ends it.
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainBpe } from '@twilljs/tokenizers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-chat-')));
const names = { Ahab: 'captain', Pip: 'cabin boy', Stubb: 'mate' };
const ask = (who: string, what: string) => `<|user|>Who is ${who}?<|end|><|assistant|>${who} is the ${what}. 🐋<|end|>`;
const talks = Array.from({ length: 60 }, (_, i) => {
  const turns = Object.entries(names).map(([who, what]) => ask(who, what));
  return JSON.stringify({ text: [turns[i % 3], turns[(i + 1 + (i % 2)) % 3]].join('') });
});
const template =
  '{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}';

beforeAll(async () => {
  process.chdir(work);
  vi.stubEnv('TWILL_CACHE', join(work, 'cache'));
  writeFileSync('talk.jsonl', talks.join('\n'));
  const specialTokens = ['<|end|>', '<|user|>', '<|assistant|>'];
  writeFileSync('bpe.json', await trainBpe(talks, { vocabSize: 330, specialTokens }));
  const { code, err } = await capture(
    'train --data talk.jsonl --tokenizer bpe.json --eos <|end|> --out run --steps 60 --length 32 --batch 4 --hidden-size 32 --layers 2 --ratio 1:1 --lr 0.01 --device wasm'.split(
      ' ',
    ),
  );
  expect(code, err).toBe(0);
});

afterAll(() => {
  process.chdir(cwd);
  vi.unstubAllEnvs();
  rmSync(work, { recursive: true });
});

const said = async (...argv: string[]) => {
  const { code, out, err } = await capture([...argv, '--device', 'wasm', '--json']);
  expect(code, err).toBe(0);
  const lines = out.trimEnd().split('\n');
  return { ...JSON.parse(lines.pop()!), lines: lines.map((line) => JSON.parse(line)), err };
};

it('a model without a chat template is refused, with where to put one', async () => {
  const { code, err } = await capture(['chat', 'run', '--message', 'Who?']);
  expect(code).toBe(2);
  expect(err).toBe(
    'chat: run: its tokenizer has no chat template, of which the form of a conversation is made; put one there as chat_template.jinja, or use twill generate.\n',
  );
});

it('answers in turn, each ended as the template ends it', async () => {
  writeFileSync('run/chat_template.jinja', template);
  const found = await said(
    'chat',
    'run',
    '--message',
    'Who is Pip?',
    '--message',
    'Who is Ahab?',
    '--temperature',
    '0',
  );
  expect(found.messages.map(({ role }: { role: string }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  expect(found.messages[1].content).toBe('Pip is the cabin boy. 🐋');
  expect(found.messages[3].content).toBe('Ahab is the captain. 🐋');
  expect(found.err).toContain('> Who is Pip?\nPip is the cabin boy. 🐋\n> Who is Ahab?\n');
});

it('the next turn is what the whole conversation gives at once', async () => {
  const first = await said(
    'chat',
    'run',
    '--message',
    'Who is Stubb?',
    '--message',
    'Who is Pip?',
    '--temperature',
    '0',
  );
  const prompt = `<|user|>Who is Stubb?<|end|><|assistant|>${first.messages[1].content}<|end|><|user|>Who is Pip?<|end|><|assistant|>`;
  const { text } = await said('generate', 'run', '--prompt', prompt, '--max-tokens', '512');
  expect(text).toBe(first.messages[3].content);
});

it('generate stops at texts, samples as asked, and says what came', async () => {
  const prompt = '<|user|>Who is Ahab?<|end|><|assistant|>';
  const stopped = await said('generate', 'run', '--prompt', prompt, '--stop', ' the', '--stop', 'never', '--stream');
  expect([stopped.text, stopped.end]).toEqual(['Ahab is', 'stop']);
  expect(stopped.lines.map(({ text }: { text: string }) => text).join('')).toBe('Ahab is');
  const several = await said(
    ...['generate', 'run', '--prompt', prompt, '--n', '3', '--temperature', '1.5', '--top-k', '3', '--top-p', '0.9'],
    ...['--min-p', '0.01', '--repetition-penalty', '1.1', '--no-repeat-ngram-size', '4', '--logprobs', '2'],
  );
  const logprobs = several.texts.map(({ logprob }: { logprob: number }) => logprob);
  expect(logprobs).toEqual([...logprobs].sort((a, b) => b - a));
  const { vocab } = JSON.parse(readFileSync('run/tokenizer.json', 'utf8')).model;
  const [token] = several.texts[0].logprobs;
  expect(token.top).toHaveLength(2);
  expect(vocab[token.token]).toBe(token.id);
  const alone = await said('generate', 'run', '--prompt', prompt, '--logprobs', '0');
  expect(alone.logprobs).toHaveLength(alone.tokens);
});

it('an end that the model does not have never comes', async () => {
  cpSync('run', 'other', { recursive: true });
  writeFileSync('other/generation_config.json', '{"eos_token_id": [-1, 99999]}');
  expect((await said('generate', 'other', '--prompt', 'Who', '--max-tokens', '2')).tokens).toBe(2);
});

it('a template that makes no text is called that', async () => {
  cpSync('run', 'mute', { recursive: true });
  writeFileSync('mute/chat_template.jinja', '{% for m in messages %}{% endfor %}');
  const { code, err } = await capture(['chat', 'mute', '--message', 'Who?']);
  expect([code, err]).toEqual([2, expect.stringContaining('the chat template makes no text of the messages')]);
});

it.each([
  ['--n 2 --prompt a --prompt b', '--n is 2 but 2 prompts are given'],
  ['--n 2 --prompt a', '--n is 2 but --temperature 0 writes the same text each time'],
  ['--prompt a --stop=', '--stop is empty'],
  ['--prompt a --logprobs 2', '--logprobs is given without --json'],
  ['--prompt a --top-k 0 --temperature 1', '--top-k is "0"'],
  ['--prompt a --top-p 0.5', '--top-p is 0.5 but --temperature 0 takes the most likely token'],
  ['--prompt a --no-repeat-ngram-size x', '--no-repeat-ngram-size is "x"'],
])('generate %s is refused', async (flags, reason) => {
  const { code, err } = await capture(`generate run ${flags}`.split(' '));
  expect(code).toBe(2);
  expect(err).toContain(reason);
});
