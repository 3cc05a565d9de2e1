// Units of common shapes of work.

/** Workgroups over n elements, 256 for each. */
export const elementUnits = (n: number): number => Math.ceil(n / 256);
