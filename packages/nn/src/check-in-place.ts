// Whether a mixer decodes in place as it does by value, to the bit.
import { type Device, scope, Tensor, tensor, untracked, zeros } from '@twilljs/tensor';
import type { Mixer, State } from './mixer.ts';
import { rotaryTables } from './ops.ts';

/**
 * Decodes x token by token both ways, where the mixer says `inPlace`. A ring has the rows that are kept after all of it, so that one of a window turns over.
 *
 * @param x [B,T,D]
 * @throws Error naming the first token that differs, or a ring that `forward` does not give back.
 */
export async function checkInPlace(mixer: Mixer, x: Tensor): Promise<void> {
  if (!mixer.inPlace) return;
  const [B, T] = x.shape;
  const { device } = x;
  const first = mixer.init(B);
  const names = Object.keys(first).filter((name) => first[name] instanceof Tensor);
  const isRing = (name: string) => (first[name] as Tensor).shape[1] === 0;
  const made = untracked(() =>
    scope(() => {
      const last = mixer.forward(x).state;
      let value = first;
      let buffers: State = Object.fromEntries(
        names.map((name) => [name, isRing(name) ? zeros((last[name] as Tensor).shape, { device }) : first[name]]),
      );
      return Array.from({ length: T }, (_, t) => {
        const token = x.slice(1, t, t + 1); // [B,1,D]
        const byValue = mixer.forward(token, value);
        const inPlace = mixer.forward(token, { ...buffers, ...positionOf(mixer, t, device) });
        for (const name of names.filter(isRing)) {
          const [ring, next] = [buffers[name], inPlace.state[name]] as Tensor[];
          if (ring.requireMemory() !== next.requireMemory()) throw new Error(`token ${t}: ${name} is not its ring`);
        }
        value = byValue.state;
        buffers = Object.fromEntries(names.map((name) => [name, inPlace.state[name]]));
        return [byValue.y, inPlace.y];
      });
    }),
  );
  for (const [t, ys] of made.entries()) {
    const [expected, found] = await Promise.all(ys.map((y) => y.data()));
    if (!found.every((value, i) => Object.is(value, expected[i]))) {
      throw new Error(`token ${t}: y in place is not what it is by value`);
    }
  }
}

/** The entries that tell a mixer the position of its token. */
function positionOf({ inPlace }: Mixer, position: number, device: Device): State {
  const index = tensor(Int32Array.of(position), [1], { device });
  if (!inPlace?.rotary) return { position: index };
  const { size, base } = inPlace.rotary;
  return { position: index, ...rotaryTables(1, size, { base, offset: position }, device) };
}
