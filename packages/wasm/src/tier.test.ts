// The choice of a tier.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { wasm } from './device.ts';
import { module } from './gen/probe.gen.ts';
import { pairing } from './pairing.ts';
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

  it('is the fastest one by default, and says why not a faster one', async () => {
    vi.stubEnv('TWILL_WASM', undefined);
    const [major] = process.versions.node.split('.').map(Number);
    const { tier, reason } = await chooseTier(undefined);
    if (major >= 24 && process.arch === 'x64') expect(tier).toBe('wide');
    else expect({ tier, reason }).toEqual({ tier: 'relaxed', reason: expect.stringContaining('Node 24') });
  });

  it('is relaxed, with a warning, where pairs of lanes give other numbers', async () => {
    vi.stubEnv('TWILL_WASM', undefined);
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    // The plain build rounds twice: what an engine at fault would compute.
    const chosen = await chooseTier(undefined, () => pairing({ relaxed: module.relaxed, wide: module.plain }));
    expect(chosen).toEqual({ tier: 'relaxed', reason: expect.stringContaining('gives other numbers') });
    expect(warn).toHaveBeenCalledExactlyOnceWith(chosen.reason, 'TwillWarning');
    warn.mockRestore();
  });

  it('is right when it is asked for, whatever is faster', async () => {
    expect(await pairing(module)).toMatchObject({ wrong: false });
    expect((await wasm({ tier: 'wide' })).tier).toBe('wide');
  });

  it('is refused with the directive that a page lacks', async () => {
    const blocked = new WebAssembly.CompileError('WebAssembly.compile(): Wasm code generation disallowed by embedder');
    for (const tier of [undefined, 'plain', 'relaxed', 'wide'] as const) {
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
      `[OptionError: TWILL_WASM: "fast" is no tier of the wasm device; use plain, relaxed or wide, or leave it unset.]`,
    );
    await expect(wasm({ tier: 'broad' as never })).rejects.toThrow('wasm: tier: "broad" is no tier of the wasm device');
  });
});
