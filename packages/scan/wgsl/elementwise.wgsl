// A gated sum per channel: h_t = e^(g_t) h_(t-1) + x_t;  y = h. A lane has a channel. Chunks are run from zero, then joined in order, then
// run again from the state on entry; a chunk that is a whole sequence is run once.
// Uses: units, exp, sequences.

struct Args { units: u32, n: u32, P: u32, D: u32, has_h0: u32, has_ranges: u32, has_carries: u32, has_dh0: u32 }
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x: array<f32>; // [P,D]
@group(0) @binding(2) var<storage, read_write> g: array<f32>; // [P,D]
@group(0) @binding(3) var<storage, read_write> h0: array<f32>; // [n,D]
@group(0) @binding(4) var<storage, read_write> ranges: array<i32>; // [n,2]
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // [P,D]
@group(0) @binding(6) var<storage, read_write> state: array<f32>; // [n,D]
@group(0) @binding(7) var<storage, read_write> dy: array<f32>;
@group(0) @binding(8) var<storage, read_write> dstate: array<f32>;
@group(0) @binding(9) var<storage, read_write> dx: array<f32>;
@group(0) @binding(10) var<storage, read_write> dg: array<f32>;
@group(0) @binding(11) var<storage, read_write> dh0: array<f32>;
// Of each chunk: its whole decay, and what it gives from zero, then what it is given [slots,D].
@group(0) @binding(12) var<storage, read_write> wholes: array<f32>;
@group(0) @binding(13) var<storage, read_write> carries: array<f32>;

const C = 64u;

/// Units have 64 channels each.
struct Place { index: u32, channel: u32, inside: bool }

fn place_of(group: vec3u, groups: vec3u, lane: u32) -> Place {
  let unit = unit_of(group, groups);
  let blocks = (args.D + 63u) / 64u;
  let channel = 64u * (unit % blocks) + lane;
  return Place(unit / blocks, channel, unit < args.units && channel < args.D);
}

fn h0_at(sequence: u32, channel: u32) -> f32 {
  if (args.has_h0 == 0u) { return 0.0; }
  return h0[sequence * args.D + channel];
}

/// What a chunk makes of a state of zero.
@compute @workgroup_size(64)
fn alone(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let place = place_of(group, groups, lane);
  if (!place.inside) { return; }
  let chunk = find_chunk(place.index);
  var h = 0.0;
  var sum = 0.0;
  for (var i = 0u; i < chunk.length; i++) {
    let at = (chunk.begin + i) * args.D + place.channel;
    h = exp_of(g[at]) * h + x[at];
    sum += g[at];
  }
  wholes[place.index * args.D + place.channel] = exp_of(sum);
  carries[place.index * args.D + place.channel] = h;
}

/// The state on entry of each chunk of a sequence; y becomes 0 where no sequence is.
@compute @workgroup_size(64)
fn join(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let place = place_of(group, groups, lane);
  if (!place.inside) { return; }
  let span = find_span(place.index);
  for (var p = span.gap; p < span.begin; p++) { y[p * args.D + place.channel] = 0.0; }
  if (place.index + 1u == args.n) {
    for (var p = span.end; p < args.P; p++) { y[p * args.D + place.channel] = 0.0; }
  }
  var h = h0_at(place.index, place.channel);
  let chunks = chunks_of(span.end - span.begin);
  let first = first_slot(place.index, span.begin);
  for (var slot = first; slot < first + chunks; slot++) {
    let at = slot * args.D + place.channel;
    let next = wholes[at] * h + carries[at];
    carries[at] = h;
    h = next;
  }
  if (chunks == 0u) { state[place.index * args.D + place.channel] = h; }
}

/// y of a chunk, and the state where it is the last of its sequence.
@compute @workgroup_size(64)
fn run(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let place = place_of(group, groups, lane);
  if (!place.inside) { return; }
  let chunk = find_chunk(place.index);
  if (chunk.length == 0u) { return; }
  var h = 0.0;
  if (args.has_carries != 0u) { h = carries[place.index * args.D + place.channel]; } else { h = h0_at(chunk.sequence, place.channel); }
  for (var i = 0u; i < chunk.length; i++) {
    let at = (chunk.begin + i) * args.D + place.channel;
    h = exp_of(g[at]) * h + x[at];
    y[at] = h;
  }
  if (chunk.begin + chunk.length == find_span(chunk.sequence).end) { state[chunk.sequence * args.D + place.channel] = h; }
}

/// What a chunk makes backward of no gradient of its last state: the gradient of the state on entry, e^(g_t) (dy_t + that of h_t).
@compute @workgroup_size(64)
fn backAlone(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let place = place_of(group, groups, lane);
  if (!place.inside) { return; }
  let chunk = find_chunk(place.index);
  var dh = 0.0;
  var sum = 0.0;
  for (var i = chunk.length; i > 0u; i--) {
    let at = (chunk.begin + i - 1u) * args.D + place.channel;
    dh = exp_of(g[at]) * (dy[at] + dh);
    sum += g[at];
  }
  wholes[place.index * args.D + place.channel] = exp_of(sum);
  carries[place.index * args.D + place.channel] = dh;
}

/// The gradient of the state after each chunk of a sequence, from the last one on; gradients become 0 where no sequence is.
@compute @workgroup_size(64)
fn backJoin(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let place = place_of(group, groups, lane);
  if (!place.inside) { return; }
  let span = find_span(place.index);
  clear_gradients(place, span.gap, span.begin);
  if (place.index + 1u == args.n) { clear_gradients(place, span.end, args.P); }
  var dh = dstate[place.index * args.D + place.channel];
  let first = first_slot(place.index, span.begin);
  for (var slot = first + chunks_of(span.end - span.begin); slot > first; slot--) {
    let at = (slot - 1u) * args.D + place.channel;
    let next = wholes[at] * dh + carries[at];
    carries[at] = dh;
    dh = next;
  }
  if (span.end == span.begin && args.has_dh0 != 0u) { dh0[place.index * args.D + place.channel] = dh; }
}

fn clear_gradients(place: Place, begin: u32, end: u32) {
  for (var p = begin; p < end; p++) {
    dx[p * args.D + place.channel] = 0.0;
    dg[p * args.D + place.channel] = 0.0;
  }
}

/// dx_t = dy_t + that of h_t, dg_t = e^(g_t) dx_t h_(t-1), and dh0 where a chunk is the first of its sequence.
@compute @workgroup_size(64)
fn backRun(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let place = place_of(group, groups, lane);
  if (!place.inside) { return; }
  let chunk = find_chunk(place.index);
  if (chunk.length == 0u) { return; }
  let own = chunk.sequence * args.D + place.channel;
  let starts = chunk.begin == find_span(chunk.sequence).begin;
  var dh = 0.0;
  if (args.has_carries != 0u) { dh = carries[place.index * args.D + place.channel]; } else { dh = dstate[own]; }
  for (var i = chunk.length; i > 0u; i--) {
    let at = (chunk.begin + i - 1u) * args.D + place.channel;
    let c = dy[at] + dh;
    dh = exp_of(g[at]) * c;
    var before = 0.0;
    if (starts && i == 1u) { before = h0_at(chunk.sequence, place.channel); } else { before = y[at - args.D]; }
    dx[at] = c;
    dg[at] = dh * before;
  }
  if (starts && args.has_dh0 != 0u) { dh0[own] = dh; }
}
