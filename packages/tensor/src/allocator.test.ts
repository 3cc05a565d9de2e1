// Blocks: alignment, no overlap, reuse, merging, and the message at the end.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Allocator, type GrowingMemory } from './allocator.ts';

const memory = (): GrowingMemory & { pages: number } => ({
  pages: 1,
  grow(pages) {
    this.pages += pages;
  },
});
const make = (pages: number) => new Allocator('wasm', memory(), pages);

describe('allocator', () => {
  it('hands out aligned blocks that never overlap', () => {
    const step = fc.record({ bytes: fc.integer({ min: 0, max: 300_000 }), release: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const allocator = make(4096);
        const live: { start: number; end: number }[] = [];
        for (const { bytes, release } of steps) {
          if (live.length > 0 && release % 3 === 0) {
            allocator.release(live.splice(release % live.length, 1)[0].start);
            continue;
          }
          const start = allocator.allocate(bytes);
          expect(start % 256).toBe(0);
          expect(start).toBeGreaterThan(0);
          expect(allocator.capacity(start)).toBeGreaterThanOrEqual(bytes);
          const end = start + allocator.capacity(start);
          for (const other of live) expect(end <= other.start || other.end <= start).toBe(true);
          live.push({ start, end });
        }
        expect(allocator.bytesInUse).toBe(live.reduce((sum, { start, end }) => sum + end - start, 0));
      }),
      { seed: 3, numRuns: 40 },
    );
  });

  it('wastes at most an eighth of a block above two kilobytes', () => {
    const allocator = make(8192);
    for (let bytes = 2048; bytes < 50_000_000; bytes = Math.ceil(bytes * 1.37)) {
      const block = allocator.allocate(bytes);
      expect(allocator.capacity(block) / bytes).toBeLessThanOrEqual(1.125);
      allocator.release(block);
    }
  });

  it('reuses a block of the same class at once', () => {
    const allocator = make(16);
    const first = allocator.allocate(5000);
    allocator.allocate(100);
    allocator.release(first);
    expect(allocator.allocate(4900)).toBe(first);
  });

  it('merges small blocks into a large one before it gives up', () => {
    const allocator = make(16);
    const blocks = Array.from({ length: 15 }, () => allocator.allocate(65536));
    for (const block of blocks) allocator.release(block);
    expect(allocator.allocate(14 * 65536)).toBeGreaterThan(0);
  });

  it('says how much was asked for, in use and allowed', () => {
    const allocator = make(16);
    allocator.allocate(600_000);
    expect(() => allocator.allocate(500_000)).toThrowErrorMatchingInlineSnapshot(
      `[OutOfMemoryError: wasm: 500000 bytes could not be allocated, 655360 of at most 1048576 are in use; use a smaller batch or model.]`,
    );
  });

  it('refuses a second release', () => {
    const allocator = make(16);
    const block = allocator.allocate(10);
    allocator.release(block);
    expect(() => allocator.release(block)).toThrow('a block is released once');
  });
});
