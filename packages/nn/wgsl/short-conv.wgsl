// Causal convolutions over time, one filter of W taps per channel: y_t = act(sum over j of w_j x_(t-W+1+j) + bias) of n sequences in P
// positions: of up to three inputs, such as queries, keys and values, each of D channels of its own. The inputs before a sequence are h0
// [n,W-1,D], or zeros; `state` are the last of it, which may lie where h0 does.
// Uses: units, silu, positions.

struct Args {
  units: u32, parts: u32, n: u32, T: u32, P: u32, W: u32, silu: u32, together: u32, outputs: u32, states: u32, blocks: u32,
  has_bias: u32, has_h0: u32, has_ranges: u32,
  D0: u32,
  D1: u32, x1: u32, weight1: u32, h1: u32, y1: u32, state1: u32, dy1: u32, dstate1: u32, dx1: u32, dh1: u32,
  D2: u32, x2: u32, weight2: u32, h2: u32, y2: u32, state2: u32, dy2: u32, dstate2: u32, dx2: u32, dh2: u32,
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> weight: array<f32>; // [D,W]
@group(0) @binding(3) var<storage, read_write> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> h0: array<f32>;
@group(0) @binding(5) var<storage, read_write> ranges: array<i32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;
@group(0) @binding(7) var<storage, read_write> state: array<f32>;
@group(0) @binding(8) var<storage, read_write> dy: array<f32>;
@group(0) @binding(9) var<storage, read_write> dstate: array<f32>;
@group(0) @binding(10) var<storage, read_write> dx: array<f32>;
@group(0) @binding(11) var<storage, read_write> dh0: array<f32>;
@group(0) @binding(12) var<storage, read_write> kept: array<f32>; // of each part [blocks,ROWS+W-1,D], cotangents before the activation
@group(0) @binding(13) var<storage, read_write> sums: array<f32>; // [blocks, D W of each weight, D of the bias if it is there]

/// One of the convolutions: its channels, whether it is activated, the channels of those before it, and where its operands begin behind
/// those of the first.
struct Part {
  D: u32, silu: bool, before: u32,
  x: u32, weight: u32, h0: u32, y: u32, state: u32, dy: u32, dstate: u32, dx: u32, dh0: u32,
}
var<private> own: Part;

fn part_of(i: u32) -> Part {
  let silu = ((args.silu >> i) & 1u) != 0u;
  switch i {
    case 0u: { return Part(args.D0, silu, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u); }
    case 1u: {
      return Part(
        args.D1, silu, args.D0,
        args.x1, args.weight1, args.h1, args.y1, args.state1, args.dy1, args.dstate1, args.dx1, args.dh1,
      );
    }
    default: {
      return Part(
        args.D2, silu, args.D0 + args.D1,
        args.x2, args.weight2, args.h2, args.y2, args.state2, args.dy2, args.dstate2, args.dx2, args.dh2,
      );
    }
  }
}

/// Positions of a block, whose part of dweight is summed up by one lane for each channel.
const ROWS = 32u;

/// Input m of the W-1 before sequence i.
fn before_at(i: u32, m: u32, d: u32) -> u32 {
  return (i * (args.W - 1u) + m) * own.D + d;
}

/// The input `back` steps before position p.
fn input_of(span: Span, p: u32, back: u32, d: u32) -> f32 {
  let t = p - span.begin;
  if (back <= t) { return x[own.x + (p - back) * own.D + d]; }
  if (args.has_h0 == 0u) { return 0.0; }
  return h0[own.h0 + before_at(span.i, args.W - 1u + t - back, d)];
}

/// What is activated.
fn filtered(span: Span, p: u32, d: u32) -> f32 {
  var v = 0.0;
  if (args.has_bias != 0u) { v = bias[d]; }
  for (var j = 0u; j < args.W; j++) { v = fma(input_of(span, p, args.W - 1u - j, d), weight[own.weight + d * args.W + j], v); }
  return v;
}

fn output_of(span: Span, p: u32, d: u32) -> f32 {
  let v = filtered(span, p, d);
  if (!own.silu) { return v; }
  return silu(v);
}

/// Workgroups of a part that have 256 elements of y each, or the states of 64 channels of sequences.
fn output_units() -> u32 {
  return args.outputs * ((args.P * own.D + 255u) / 256u);
}

fn state_units() -> u32 {
  return args.states * ((args.n * own.D + 63u) / 64u);
}

/// Where `together` is set, lanes that leave the states form y too: for sequences of a few tokens.
@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  var unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  own = part_of(0u);
  for (var i = 1u; unit >= output_units() + state_units(); i++) {
    unit -= output_units() + state_units();
    own = part_of(i);
  }
  if (unit >= output_units()) {
    let at = 64u * (unit - output_units()) + lane;
    if (at < args.n * own.D) { finish(at / own.D, at % own.D); }
    return;
  }
  for (var part = 0u; part < 4u; part++) {
    let at = 256u * unit + 64u * part + lane;
    if (at >= args.P * own.D) { return; }
    let p = at / own.D;
    let span = span_at(p);
    var v = 0.0;
    if (has(span, p)) { v = output_of(span, p, at % own.D); }
    y[own.y + at] = v;
  }
}

/// A channel of a sequence.
fn finish(i: u32, d: u32) {
  let span = Span(i, begin_of(i), end_of(i));
  if (args.together != 0u) {
    for (var p = span.begin; p < span.end; p++) { y[own.y + p * own.D + d] = output_of(span, p, d); }
    if (args.has_ranges != 0u) { clear_gaps(span, d); }
  }
  let count = span.end - span.begin;
  // Towards the front, so that in one place nothing is lost before it is read.
  for (var m = 0u; m + 1u < args.W; m++) {
    var v = 0.0;
    if (m + count >= args.W - 1u) {
      v = x[own.x + (span.end + m + 1u - args.W) * own.D + d];
    } else if (args.has_h0 != 0u) {
      v = h0[own.h0 + before_at(i, m + count, d)];
    }
    state[own.state + before_at(i, m, d)] = v;
  }
}

/// Zeros between the sequence before and this one, and behind the last.
fn clear_gaps(span: Span, d: u32) {
  var p = 0u;
  if (span.i > 0u) { p = end_of(span.i - 1u); }
  for (; p < span.begin; p++) { y[own.y + p * own.D + d] = 0.0; }
  if (span.i + 1u < args.n) { return; }
  for (p = span.end; p < args.P; p++) { y[own.y + p * own.D + d] = 0.0; }
}

/// The cotangent of `filtered`.
fn cotangent_of(span: Span, p: u32, d: u32) -> f32 {
  let v = dy[own.dy + p * own.D + d];
  if (!own.silu) { return v; }
  return v * silu_slope(filtered(span, p, d));
}

/// Workgroups of a part: one for 64 channels of each block of positions and, where there is a state before, of each sequence.
fn gradient_units() -> u32 {
  return (args.blocks + args.has_h0 * args.n) * ((own.D + 63u) / 64u);
}

/// dx of a block of positions and its part of dweight and dbias, and behind the blocks dh0 of a sequence: one lane for each of 64 channels.
@compute @workgroup_size(64)
fn backward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  var unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  own = part_of(0u);
  for (var i = 1u; unit >= gradient_units(); i++) {
    unit -= gradient_units();
    own = part_of(i);
  }
  let tiles = (own.D + 63u) / 64u;
  let d = 64u * (unit % tiles) + lane;
  if (d >= own.D) { return; }
  let block = unit / tiles;
  if (block >= args.blocks) {
    before_grad(block - args.blocks, d);
    return;
  }
  let first = block * ROWS;
  let rows = min(ROWS, args.P - first);
  // Its rows of `kept`.
  let at = (args.blocks * own.before + block * own.D) * (ROWS + args.W - 1u);
  keep_cotangents(first, at, d);
  inputs_grad(first, rows, at, d);
  taps_grad(block, first, rows, at, d);
}

/// Those that the inputs of a block feed: of its positions and W-1 behind them.
fn keep_cotangents(first: u32, at: u32, d: u32) {
  let count = min(ROWS + args.W - 1u, args.P - first);
  var span = Span();
  for (var q = 0u; q < count; q++) {
    span = span_behind(span, first + q);
    var v = 0.0;
    if (has(span, first + q)) { v = cotangent_of(span, first + q, d); }
    kept[at + q * own.D + d] = v;
  }
}

/// An input feeds the W outputs from its own on, and the state if it is one of the last.
fn inputs_grad(first: u32, rows: u32, at: u32, d: u32) {
  var span = Span();
  for (var q = 0u; q < rows; q++) {
    let p = first + q;
    span = span_behind(span, p);
    var v = 0.0;
    if (has(span, p)) {
      if (p + args.W > span.end) { v = dstate[own.dstate + before_at(span.i, p + args.W - 1u - span.end, d)]; }
      let fed = min(args.W, span.end - p);
      for (var k = 0u; k < fed; k++) { v = fma(kept[at + (q + k) * own.D + d], weight[own.weight + (d + 1u) * args.W - 1u - k], v); }
    }
    dx[own.dx + p * own.D + d] = v;
  }
}

fn taps_grad(block: u32, first: u32, rows: u32, at: u32, d: u32) {
  let first_column = own.before * args.W;
  let columns = (args.D0 + args.D1 + args.D2) * args.W + args.has_bias * args.D0;
  for (var j = 0u; j < args.W; j++) {
    var span = Span();
    var v = 0.0;
    for (var q = 0u; q < rows; q++) {
      span = span_behind(span, first + q);
      if (has(span, first + q)) {
        v = fma(kept[at + q * own.D + d], input_of(span, first + q, args.W - 1u - j, d), v);
      }
    }
    sums[block * columns + first_column + d * args.W + j] = v;
  }
  if (args.has_bias == 0u) { return; }
  var v = 0.0;
  for (var q = 0u; q < rows; q++) { v += kept[at + q * own.D + d]; }
  sums[block * columns + own.D * args.W + d] = v;
}

/// Input m before a sequence feeds its first m + 1 outputs, and the state if there are fewer than W-1 inputs behind it.
fn before_grad(i: u32, d: u32) {
  let span = Span(i, begin_of(i), end_of(i));
  let count = span.end - span.begin;
  for (var m = 0u; m + 1u < args.W; m++) {
    var v = 0.0;
    if (m >= count) { v = dstate[own.dstate + before_at(i, m - count, d)]; }
    for (var t = 0u; t <= m && t < count; t++) {
      v = fma(cotangent_of(span, span.begin + t, d), weight[own.weight + d * args.W + m - t], v);
    }
    dh0[own.dh0 + before_at(i, m, d)] = v;
  }
}
