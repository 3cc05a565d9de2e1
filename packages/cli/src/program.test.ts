// The frame of all commands: help, versions, exit codes, suggestions, JSON.
import { describe, expect, it } from 'vitest';
import { capture } from './capture.ts';

const names = ['start', 'sweep', 'probe', 'report', 'train', 'eval', 'generate', 'presets', 'parity', 'doctor'];
const members = ['hub info', 'hub pull', 'hub convert', 'tokenizer train', 'tokenizer show'];

describe('twill', () => {
  it('lists its commands, and without one says so with exit code 2', async () => {
    const help = await capture(['--help']);
    expect(help.code).toBe(0);
    for (const name of [...names, 'hub', 'tokenizer']) expect(help.out).toContain(`\n  ${name} `);
    const bare = await capture([]);
    expect(bare.code).toBe(2);
    expect(bare.out).toBe('');
    expect(bare.err).toContain('Usage: twill');
  });

  const lacks: Record<string, string[]> = {
    parity: ['--seed'],
    presets: ['--seed', '--device', '--threads'],
    report: ['--seed', '--device', '--threads'],
    ...Object.fromEntries(members.map((name) => [name, ['--seed', '--device', '--threads']])),
  };

  it.each([...names, ...members])('%s --help has the flags of its kind and an example', async (name) => {
    const { code, out, err } = await capture([...name.split(' '), '--help']);
    expect(code).toBe(0);
    expect(err).toBe('');
    for (const flag of ['--json', '--seed', '--device', '--threads', '--help']) {
      expect(out.includes(flag), flag).toBe(!lacks[name]?.includes(flag));
    }
    expect(out).toMatch(/Examples?:\n {2}\$ twill/);
    expect(out).toContain(`$ twill ${name}`);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it('prints its version', async () => {
    expect(await capture(['--version'])).toMatchObject({ code: 0, out: '0.1.0\n', err: '' });
  });

  it('suggests what was meant', async () => {
    const message = async (...argv: string[]) => (await capture(argv)).err;
    expect([
      await message('trian'),
      await message('train', '--learning_rate', '1'),
      await message('train', '--mixr', 'gla'),
      await message('train', '--stesp=3'),
      await message('eval'),
      await message('generate', 'x'),
      await message('parity', 'x', '--dtype', 'f16'),
      await message('doctor', 'now'),
      await message('doctor', '--seed'),
    ]).toMatchInlineSnapshot(`
      [
        "twill: unknown command "trian"; did you mean train?
      ",
        "train: unknown option "--learning_rate"; did you mean --lr?
      ",
        "train: unknown option "--mixr"; did you mean --mixer?
      ",
        "train: unknown option "--stesp=3"; did you mean --steps?
      ",
        "eval: no model is named; give its directory, or org/name of the Hub.
      ",
        "generate: neither --prompt nor --prompt-file says what to continue; give one of them.
      ",
        "parity: option "--dtype <type>" argument "f16" is invalid. Allowed choices are f32, f64; see twill parity --help.
      ",
        "doctor: too many arguments for "doctor". Expected 0 arguments but got 1; see twill doctor --help.
      ",
        "doctor: option "--seed <n>" argument missing; see twill doctor --help.
      ",
      ]
    `);
  });

  it('prints errors under --json as one object on standard output, and as a message on standard error', async () => {
    const { code, out, err } = await capture(['eval', '/no/such/run', '--task', 'lm', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({ error: err.trim(), code: 2 });
  });
});
