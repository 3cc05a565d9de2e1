// Where the figures stand that papers print of these tasks.

export const gatedDeltaNet = 'Gated Delta Networks (arXiv:2412.06464), 1.3B, 100B tokens of FineWeb-Edu';
export const hybrids = 'Hybrid linear attention (arXiv:2507.06457), 1.3B';
export const hybrids340M = 'Hybrid linear attention (arXiv:2507.06457), 340M';
export const deltaNet = 'DeltaNet (arXiv:2406.06484), 1.3B, 100B tokens of SlimPajama';
export const deltaNet340M = 'DeltaNet (arXiv:2406.06484), 340M, 15B tokens of SlimPajama';
export const measured = 'm-a-p/1.3B-100B-GatedDeltaNet-pure, measured with the harness 0.4.12';
