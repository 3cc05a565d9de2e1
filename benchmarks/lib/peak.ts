// What one core's arithmetic units do at most from WebAssembly: the tile of a matrix product on panels that stay in the nearest cache.

/** Rows and columns of the tile: as many sums as there are registers for, paired where the engine pairs them. */
const tiles = { plain: [4, 8], relaxed: [6, 8], wide: [6, 16] } as const;

/** Depth of the panels: 6 x 256 and 256 x 16 numbers are 22 kB. */
const DEPTH = 256;

/** `peak(n)` runs n tiles. Vectors of a row stand side by side, so that an engine can make one operation of 256 bits out of two. */
function source([rows, columns]: readonly [number, number], fused: boolean): string {
  const vectors = columns / 4;
  const row = (make: (i: number) => string) => Array.from({ length: rows }, (_, i) => make(i)).join(' ');
  const each = (make: (i: number, j: number) => string) =>
    row((i) => Array.from({ length: vectors }, (_, j) => make(i, j)).join(' '));
  const sum = (i: number, j: number) =>
    fused ? `f32x4.relaxed_madd(x, b${j}, c${i}_${j})` : `f32x4.add(f32x4.mul(x, b${j}), c${i}_${j})`;
  return `
export function peak(n: i32): void {
  const out: usize = ${4 * DEPTH * (rows + columns)};
  for (let t = 0; t < n; t++) {
    ${row((i) => `let a${i}: usize = ${4 * i};`)}
    let b: usize = ${4 * DEPTH * rows}, x = f32x4.splat(0);
    ${each((i, j) => `let c${i}_${j} = v128.load(out, ${16 * (i * vectors + j)});`)}
    for (let k = 0; k < ${DEPTH}; k++) {
      ${Array.from({ length: vectors }, (_, j) => `const b${j} = v128.load(b, ${16 * j});`).join(' ')}
      ${each((i, j) => `${j === 0 ? `x = v128.load32_splat(a${i});` : ''} c${i}_${j} = ${sum(i, j)};`)}
      ${row((i) => `a${i} += ${4 * rows};`)}
      b += ${4 * columns};
    }
    ${each((i, j) => `v128.store(out, c${i}_${j}, ${16 * (i * vectors + j)});`)}
  }
}`;
}

export interface PeakModule {
  /** WebAssembly in base64. */
  readonly module: string;
  /** Floating-point operations of one tile. */
  readonly flops: number;
}

/** A module for each tier; the side that runs it knows which is its own. */
export async function peakModules(): Promise<Record<keyof typeof tiles, PeakModule>> {
  const { compile } = await import('../../scripts/asc-compile.ts');
  const made = Object.entries(tiles).map(async ([tier, tile]) => {
    const build = tier === 'plain' ? 'plain' : 'relaxed';
    const bytes = await compile('peak.ts', new Map([['peak.ts', source(tile, tier !== 'plain')]]), build);
    return [tier, { module: Buffer.from(bytes).toString('base64'), flops: 2 * tile[0] * tile[1] * DEPTH }] as const;
  });
  return Object.fromEntries(await Promise.all(made)) as Record<keyof typeof tiles, PeakModule>;
}
