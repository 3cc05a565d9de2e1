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

  it('is not said to be faster with a newer Node where that is no help', async () => {
    vi.stubEnv('TWILL_WASM', undefined);
    const set = vi.fn();
    const on = async (arch: string, v8: string) => {
      const node = {
        arch,
        env: {},
        versions: { node: '0', v8 },
        getBuiltinModule: () => ({ setFlagsFromString: set }),
      };
      vi.stubGlobal('process', node);
      const { reason } = await chooseTier(undefined, async () => ({ pairs: false, wrong: false }));
      vi.unstubAllGlobals();
      return reason;
    };
    expect(await on('x64', '12.4.254')).toContain('Node 24 does');
    expect(await on('x64', '13.6.233')).toBe('this engine pairs no lanes to 256 bits here');
    expect(await on('arm64', '12.4.254')).toBe('this engine pairs no lanes to 256 bits here');
    expect(set.mock.calls.flat()).toEqual(['--experimental-wasm-revectorize', '--no-experimental-wasm-revectorize']);
  });

  it('is right when it is asked for, whatever is faster', async () => {
    expect(await pairing(module)).toMatchObject({ wrong: false });
    expect((await wasm({ tier: 'wide' })).tier).toBe('wide');
    const [major] = process.versions.node.split('.').map(Number);
    const old = major < 24 && process.arch === 'x64' ? /^it was asked for, but this engine does not pair lanes/ : /^$/;
    expect((await chooseTier('wide')).reason).toMatch(old);
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

  it('is refused where there is no address space, for the probe as for the device', async () => {
    const none = vi.spyOn(WebAssembly, 'Memory').mockImplementation(() => {
      throw new RangeError('WebAssembly.Memory(): could not allocate memory');
    });
    const refused = [pairing(module), wasm({ tier: 'plain' })].map((asked) => asked.catch((error) => `${error}`));
    const [probe, device] = await Promise.all(refused);
    none.mockRestore();
    expect(probe).toContain('DeviceError: wasm: there is no address space for a memory of 65536 bytes');
    expect(device).toContain('DeviceError: wasm: there is no address space for a memory of 4294901760 bytes');
  });

  it('has no other names', async () => {
    vi.stubEnv('TWILL_WASM', 'fast');
    await expect(chooseTier(undefined)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OptionError: TWILL_WASM: "fast" is no tier of the wasm device; use plain, relaxed or wide, or leave it unset.]`,
    );
    await expect(wasm({ tier: null as never })).rejects.toThrow('wasm: tier: null is no tier of the wasm device');
    await expect(wasm({ tier: 'broad' as never })).rejects.toThrow('wasm: tier: "broad" is no tier of the wasm device');
  });
});
