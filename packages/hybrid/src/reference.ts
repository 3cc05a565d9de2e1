// The reference device, used by default: said once, since a program that forgets its device would only be slow.
import { cpu, type Device } from '@twilljs/tensor';

/** What to know of a model there, and the next step. */
export const onReference =
  'runs on the reference device cpu, some thirty times slower than wasm; call await model.to(await device()) with device of twilljs, or to(cpu()) where that is meant';

let said = false;

/** Writes it once per process, in one line. */
export function sayReference(): void {
  if (said) return;
  said = true;
  console.warn(`twill: the model ${onReference}.`);
}

/** The reference device as the default of who was given no other. */
export async function reference(): Promise<Device> {
  sayReference();
  return cpu();
}
