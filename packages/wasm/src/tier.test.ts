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

  it('is refused with the directive that a page lacks', async () => {
    const blocked = new WebAssembly.CompileError('WebAssembly.compile(): Wasm code generation disallowed by embedder');
    for (const tier of [undefined, 'plain', 'relaxed'] as const) {
      const compile = vi.spyOn(WebAssembly, 'compile').mockRejectedValue(blocked);
      const error = await wasm(tier && { tier }).catch((error) => error);
      compile.mockRestore();
      expect(`${error}`).toBe(
        "DeviceError: wasm: WebAssembly may not be compiled here, because the page's Content-Security-Policy does not allow it; add 'wasm-unsafe-eval' to its script-src.",
      );
      expect(error.cause).toBe(blocked);
    }
  });

  it('is refused where WebAssembly is switched off', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    const refused = wasm().catch((error) => `${error}`);
    vi.unstubAllGlobals();
    expect(await refused).toContain('DeviceError: wasm: this engine has no WebAssembly');
  });

  it('has no other names', async () => {
    vi.stubEnv('TWILL_WASM', 'fast');
    await expect(chooseTier(undefined)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OptionError: TWILL_WASM: "fast" is no tier of the wasm device; use plain or relaxed, or leave it unset.]`,
    );
    await expect(wasm({ tier: 'wide' as never })).rejects.toThrow('wasm: tier: "wide" is no tier of the wasm device');
  });
});
