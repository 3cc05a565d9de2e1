// Outer products summed under one decay per key channel, chunkwise: S <- Diag(e^g) S + k v';  y = scale S' q.
// Letters are those of src/vector-decay/README.md; HV = H.
// Uses: vector-gates, sum, recurrence.

struct Args {
  units: u32, n: u32, P: u32, H: u32, HV: u32, K: u32, V: u32, scale: f32, first: u32, last: u32, chunks: u32,
  has_h0: u32, has_ranges: u32, has_y: u32, has_states: u32, has_marks: u32, has_dh0: u32,
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> q: array<f32>; // [P,H,K]
@group(0) @binding(2) var<storage, read_write> k: array<f32>; // [P,H,K]
@group(0) @binding(3) var<storage, read_write> v: array<f32>; // [P,HV,V]
@group(0) @binding(4) var<storage, read_write> g: array<f32>; // [P,HV,K]
@group(0) @binding(5) var<storage, read_write> h0: array<f32>; // [n,HV,K,V]
@group(0) @binding(6) var<storage, read_write> ranges: array<i32>; // [n,2]
@group(0) @binding(7) var<storage, read_write> y: array<f32>; // [P,HV,V]
@group(0) @binding(8) var<storage, read_write> state: array<f32>; // [n,HV,K,V]
@group(0) @binding(9) var<storage, read_write> dy: array<f32>;
@group(0) @binding(10) var<storage, read_write> dstate: array<f32>;
@group(0) @binding(11) var<storage, read_write> dq: array<f32>;
@group(0) @binding(12) var<storage, read_write> dk: array<f32>;
@group(0) @binding(13) var<storage, read_write> dv: array<f32>;
@group(0) @binding(14) var<storage, read_write> dg: array<f32>;
@group(0) @binding(15) var<storage, read_write> dh0: array<f32>;
// Kept of each chunk.
@group(0) @binding(16) var<storage, read_write> reads: array<f32>; // P [slots,HV,C,C]
@group(0) @binding(17) var<storage, read_write> start_queries: array<f32>; // [slots,HV,C,K]
@group(0) @binding(18) var<storage, read_write> end_keys: array<f32>; // [slots,HV,C,K]
@group(0) @binding(19) var<storage, read_write> keeps: array<f32>; // e^(G_C) [slots,HV,K]
@group(0) @binding(20) var<storage, read_write> states: array<f32>; // S [slots,HV,V,K]
@group(0) @binding(21) var<storage, read_write> dstates: array<f32>; // dS [slots,HV,V,K]
@group(0) @binding(22) var<storage, read_write> marks: array<f32>; // S before each segment [segments,n,HV,V,K]
@group(0) @binding(23) var<storage, read_write> dmarks: array<f32>; // dS after a segment [n,HV,V,K]

/// No state is read at a key.
fn keep_start_key(at: u32, value: f32) {}
