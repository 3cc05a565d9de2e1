// @twilljs/nn/testing: what every mixer must satisfy, as a list of checks for any test runner.
import { cpu, type Device, grad, keep, scope, type Tensor, tensor, untracked } from '@twilljs/tensor';
import { deviation, gradcheck, noise, tolerances } from '@twilljs/tensor/testing';
import type { Mixer, MixerFamily, State } from './mixer.ts';
import { params } from './module.ts';
import { sequencesOf } from './sequences/sequences.ts';
import { type Check, type MixerCase, makeMixer, same, within } from './testing/cases.ts';
import { packedChecks } from './testing/packed.ts';

export { paperError } from './paper.ts';
export { type Check, type MixerCase, makeMixer } from './testing/cases.ts';

/** A family with the configurations and devices on which it is checked. */
export interface MixerSuite {
  readonly family: MixerFamily;
  readonly configs: readonly MixerCase['config'][];
  readonly devices: readonly Device[];
  /** Devices on which only the first configuration is tried. */
  readonly slow?: readonly Device[];
}

const B = 2;
const T = 70; // more than one chunk, with a short tail

/**
 * All checks of a family in each configuration: hand-over, decoding, causality, batch independence, state size and gradients on
 * every device; and gradients against central differences.
 */
export function mixerChecks({ family, configs, devices, slow = [] }: MixerSuite): Check[] {
  return configs.flatMap((config, i) => {
    const shown = JSON.stringify(config);
    const onDevices = [...devices, ...(i === 0 ? slow : [])].flatMap((device) =>
      contract({ family, config, device }).map(({ name, run }) => ({
        name: `${shown} on ${device.label}: ${name}`,
        run,
      })),
    );
    return [...onDevices, { name: `${shown}: has the gradients of its forward`, run: () => gradients(family, config) }];
  });
}

/** The contract of a mixer, of one case. */
function contract(given: MixerCase): Check[] {
  const { device, config } = given;
  const width = config.hidden_size;
  const input = (seed: number) => tensor(noise(B * T * width, seed), [B, T, width], { device });
  const run = async (mixer: Mixer, f: (mixer: Mixer) => Record<string, Tensor>) => {
    const out: Record<string, Float64Array> = {};
    const made = untracked(() => scope(() => f(mixer)));
    for (const [name, t] of Object.entries(made)) out[name] = Float64Array.from(await t.data());
    return out;
  };

  const splitAt = (cuts: readonly number[]): Check => ({
    name: `hand-over: cut at ${cuts.length > 4 ? 'every token' : cuts}`,
    async run() {
      const mixer = await makeMixer(given);
      const whole = await run(mixer, (m) => {
        const { y, state } = m.forward(input(1));
        return { y, ...state };
      });
      let state: State | undefined;
      const parts: Record<string, Float64Array>[] = [];
      for (const [i, from] of [0, ...cuts].entries()) {
        const to = cuts[i] ?? T;
        const next: { y: Tensor; state: State } = keep(
          untracked(() =>
            scope(() => mixer.forward(input(1).slice(1, from, to), state, at(mixer, [B, to - from], from, device))),
          ),
        );
        state = next.state;
        parts.push({ y: Float64Array.from(await next.y.data()) });
      }
      const joined = new Float64Array(B * T * width);
      for (const [i, from] of [0, ...cuts].entries()) {
        const length = (cuts[i] ?? T) - from;
        for (let b = 0; b < B; b++) {
          joined.set(parts[i].y.subarray(b * length * width, (b + 1) * length * width), (b * T + from) * width);
        }
      }
      within('y', joined, whole.y, tolerances[device.float].out);
      for (const [name, t] of Object.entries(state!)) {
        within(name, await t.data(), whole[name], tolerances[device.float].out);
      }
    },
  });

  return [
    splitAt([1]),
    splitAt([33]),
    splitAt([5, 64, 69]),
    splitAt(Array.from({ length: T - 1 }, (_, t) => t + 1)),
    {
      name: 'init is the state before the first token',
      async run() {
        const mixer = await makeMixer(given);
        const without = await run(mixer, (m) => ({ y: m.forward(input(1)).y }));
        const with0 = await run(mixer, (m) => ({ y: m.forward(input(1), m.init(B), at(m, [B, T], 0, device)).y }));
        within('y', with0.y, without.y, tolerances[device.float].out);
      },
    },
    {
      name: 'causality: later tokens change nothing before them, to the bit',
      async run() {
        const mixer = await makeMixer(given);
        for (const t of [1, 16, 40, 69]) {
          const before = await run(mixer, (m) => ({ y: m.forward(input(1)).y }));
          const changed = await run(mixer, (m) => {
            const mask = tensor(
              Float64Array.from({ length: T }, (_, i) => (i < t ? 0 : 1)),
              [1, T, 1],
              { device },
            );
            return { y: m.forward(input(1).add(input(2).mul(mask))).y };
          });
          for (let b = 0; b < B; b++) {
            const [from, to] = [b * T * width, (b * T + t) * width];
            same(`y before token ${t}`, changed.y.subarray(from, to), before.y.subarray(from, to));
            if (deviation(changed.y.subarray(to, to + width), before.y.subarray(to, to + width)).error === 0) {
              throw new Error(`y at token ${t} does not depend on its own input`);
            }
          }
        }
      },
    },
    {
      name: 'batch independence: other rows change nothing, to the bit',
      async run() {
        const mixer = await makeMixer(given);
        const both = await run(mixer, (m) => ({ y: m.forward(input(1)).y }));
        const other = await run(mixer, (m) => {
          const row = tensor([0, 1], [B, 1, 1], { device });
          return { y: m.forward(input(1).add(input(2).mul(row))).y };
        });
        same('y of row 0', other.y.subarray(0, T * width), both.y.subarray(0, T * width));
      },
    },
    {
      name: 'stateSize is what is kept',
      async run() {
        const mixer = await makeMixer(given);
        const { state } = keep(untracked(() => scope(() => mixer.forward(input(1)))));
        const kept = Object.values(state).reduce((n, t) => n + t.size, 0);
        if (kept !== B * mixer.stateSize(T))
          throw new Error(`stateSize(${T}) is ${mixer.stateSize(T)} but ${kept / B} numbers are kept`);
      },
    },
    {
      name: 'every parameter has a gradient',
      async run() {
        const mixer = await makeMixer(given);
        const parameters = params(mixer);
        const gradients = keep(
          scope(() => grad(mixer.forward(input(1)).y.mul(input(3)).sum(), [...parameters.values()])),
        );
        for (const [i, name] of [...parameters.keys()].entries()) {
          const values = await gradients[i].data();
          if (!values.every(Number.isFinite)) throw new Error(`the gradient of ${name} is not finite`);
          if (values.every((x) => x === 0)) throw new Error(`the gradient of ${name} is 0`);
        }
      },
    },
    ...packedChecks(given),
  ];
}

/** Rows that all go on at one position. */
const at = ({ rotary }: Mixer, [B, T]: readonly [number, number], position: number, device: Device) =>
  sequencesOf(device, { B, T, positions: new Int32Array(B).fill(position), rotary: [rotary] });

/** The gradients against central differences, on the f64 device: of the input, every parameter and the state, through y and the next state. */
async function gradients(family: MixerFamily, config: MixerCase['config']): Promise<void> {
  const device = cpu({ float: 'f64' });
  const mixer = await makeMixer({ family, config, device });
  const [rows, tokens] = [1, 6];
  const x = { shape: [rows, tokens, config.hidden_size], values: noise(tokens * config.hidden_size, 1) };
  const start = keep(
    untracked(() =>
      scope(
        () => mixer.forward(tensor(noise(5 * config.hidden_size, 9), [rows, 5, config.hidden_size], { device })).state,
      ),
    ),
  );
  const names = Object.keys(start);
  const initial = await Promise.all(
    names.map(async (name) => ({ shape: start[name].shape, values: await start[name].data() })),
  );
  const parameters = [...params(mixer).values()];
  const weights = await Promise.all(parameters.map(async (t) => ({ shape: t.shape, values: await t.data() })));
  const withWeights = (ins: readonly Tensor[], f: () => Tensor[]) => {
    const before = parameters.map((t) => t.slot);
    parameters.forEach((t, i) => {
      t.moveTo(ins[i], 0);
      t.slot = ins[i].slot;
    });
    try {
      return f();
    } finally {
      parameters.forEach((t, i) => {
        t.slot = before[i];
      });
    }
  };
  const error = await gradcheck(
    ([input, ...rest]) => {
      const state: State = Object.fromEntries(names.map((name, i) => [name, rest[i]]));
      return withWeights(rest.slice(names.length), () => {
        const next = mixer.forward(input, state, at(mixer, [rows, tokens], 5, device));
        return [next.y, ...names.map((name) => next.state[name])];
      });
    },
    [x, ...initial, ...weights],
    8,
  );
  if (!(error <= 1e-7)) throw new Error(`error ${error} above 1e-7`);
}
