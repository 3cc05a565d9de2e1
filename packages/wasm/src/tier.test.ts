// The choice of a tier.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { wasm } from './device.ts';
import { chooseTier } from './tier.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('tier', () => {
  it('is the environment`s when nothing is asked for', async () => {
    vi.stubEnv('TWILL_WASM', 'plain');
    expect((await wasm()).tier).toBe('plain');
    expect((await wasm({ tier: 'relaxed' })).tier).toBe('relaxed');
  });

  it('is the faster one by default', async () => {
    vi.stubEnv('TWILL_WASM', undefined);
    expect(await chooseTier(undefined)).toBe('relaxed');
  });

  it('has no other names', async () => {
    vi.stubEnv('TWILL_WASM', 'fast');
    await expect(chooseTier(undefined)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OptionError: TWILL_WASM: "fast" is no tier of the wasm device; use plain or relaxed, or leave it unset.]`,
    );
  });
});
