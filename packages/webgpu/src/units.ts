// Units of common shapes of work.

/** Workgroups over n elements, 256 for each. */
export const elementUnits = (n: number): number => Math.ceil(n / 256);

/** Bytes of shared memory, rounded up so that what follows is aligned. */
export const aligned = (bytes: number): number => 256 * Math.ceil(bytes / 256);
