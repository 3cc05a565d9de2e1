// Softmax attention: y_t = sum_s softmax_s(scale q_t' k_s) v_s over the keys that query t sees, and lse_t, the logarithm of the sum of
// e^(scale q_t' k_s). Blocks of 32 queries meet tiles of 32 keys; what is summed is relative to the largest score so far.
// q [n,T,H,D], k [n,S,HKV,D], v [n,S,HKV,V], rings k0 and v0 [n,C,HKV,D] and [n,C,HKV,V], y [n,T,H,V], lse [n,T,H].
// Uses: lanes, log, rows, tile, units.

struct Args {
  units: u32, n: i32, T: i32, S: i32, C: i32, H: i32, HKV: i32, D: i32, V: i32, window: i32, scale: f32,
  slots: i32, parts: i32, keys: i32, has_ranges: u32,
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> q: array<f32>;
@group(0) @binding(2) var<storage, read_write> k: array<f32>;
@group(0) @binding(3) var<storage, read_write> v: array<f32>;
@group(0) @binding(4) var<storage, read_write> k0: array<f32>;
@group(0) @binding(5) var<storage, read_write> v0: array<f32>;
@group(0) @binding(6) var<storage, read_write> position: array<i32>;
@group(0) @binding(7) var<storage, read_write> ranges: array<i32>;
@group(0) @binding(8) var<storage, read_write> y: array<f32>;
@group(0) @binding(9) var<storage, read_write> lse: array<f32>;
@group(0) @binding(10) var<storage, read_write> pieces: array<f32>;

const lowest = -3.4028234e38;

fn numbers(what: u32, i: u32) -> vec4f {
  switch what {
    case Q: { return vec4f(q[i], q[i + 1u], q[i + 2u], q[i + 3u]); }
    case K: { return vec4f(k[i], k[i + 1u], k[i + 2u], k[i + 3u]); }
    case V: { return vec4f(v[i], v[i + 1u], v[i + 2u], v[i + 3u]); }
    case K0: { return vec4f(k0[i], k0[i + 1u], k0[i + 2u], k0[i + 3u]); }
    default: { return vec4f(v0[i], v0[i + 1u], v0[i + 2u], v0[i + 3u]); }
  }
}

/// Zeros at those of 32 positions that no range holds.
fn clear(block: i32, lane: i32) {
  for (var p = SIDE * block; p < min(SIDE * (block + 1), args.T); p++) {
    if (holder(p) >= 0) { continue; }
    for (var i = lane; i < args.H * args.V; i += 64) { y[u32(p * args.H * args.V + i)] = 0.0; }
    for (var i = lane; i < args.H; i += 64) { lse[u32(p * args.H + i)] = 0.0; }
  }
}

/// Four numbers of row `at` of y.
fn write(at: i32, first: i32, values: vec4f) {
  for (var c = 0; c < 4; c++) {
    if (first + c < args.V) { y[u32(at * args.V + first + c)] = values[c]; }
  }
}

/// A block of queries of one head, and 64 columns of its values: late blocks, which see most, first. Behind them blocks of positions.
@compute @workgroup_size(64)
fn attend(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = i32(unit_of(group, groups));
  if (unit >= i32(args.units)) { return; }
  let wide = (args.V + 63) / 64;
  if (unit >= args.H * args.slots * wide) {
    clear(unit - args.H * args.slots * wide, i32(lane));
    return;
  }
  let first = 64 * (unit % wide);
  let head = unit / wide / args.slots;
  let kv = head * args.HKV / args.H;
  let s = take(lane, unit / wide % args.slots, blocks(args.T), 1);
  let t = SIDE * (blocks(s.length) - 1 - s.block);
  if (s.block < 0 || t < 0) { return; }
  let x = first_query(s) + t;
  let end = x + min(SIDE, s.length - t);
  let i = i32(lane / 8u);
  let j = i32(lane % 8u);
  var top = vec4f(lowest);
  var sum = vec4f();
  var o = Wide();
  for (var key = max(0, x - args.window + 1); key < end; key += SIDE) {
    var e = inner(lane, args.D, s, Q, head, t, K, kv, key);
    var peaks = top;
    for (var r = 0; r < 4; r++) {
      e[r] = select(vec4f(lowest), args.scale * e[r], seen(vec4i(x + i + 8 * r), next(key + 4 * j)));
      peaks[r] = max(peaks[r], max(max(e[r][0], e[r][1]), max(e[r][2], e[r][3])));
    }
    peaks = max_across(lane, peaks);
    let before = exp4(top - peaks);
    top = peaks;
    for (var r = 0; r < 4; r++) {
      e[r] = select(vec4f(), exp4(e[r] - peaks[r]), seen(vec4i(x + i + 8 * r), next(key + 4 * j)));
      sum[r] = fma(sum[r], before[r], (e[r][0] + e[r][1]) + (e[r][2] + e[r][3]));
    }
    o.left = scaled(o.left, before);
    o.right = scaled(o.right, before);
    add_weighted(lane, &o, e, args.V, V, s, kv, key, first);
  }
  workgroupBarrier();
  let total = sum_across(lane, sum);
  let by = select(1.0 / total, vec4f(), total == vec4f());
  for (var r = 0; r < 4; r++) {
    if (t + i + 8 * r >= s.length) { continue; }
    let at = (s.begin + t + i + 8 * r) * args.H + head;
    write(at, first + 4 * j, o.left[r] * by[r]);
    write(at, first + 32 + 4 * j, o.right[r] * by[r]);
    if (first == 0 && j == 0) { lse[u32(at)] = top[r] + log_of(total[r]); }
  }
}

/// Scores of a part of the keys, then their weights.
var<workgroup> scores: array<f32, 256>;

/// The one query of a head and up to 256 keys of those that it sees: their largest score, the sum of their weights and the weighted values into
/// `pieces`, or the results where there are no other keys.
@compute @workgroup_size(64)
fn decode(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = i32(unit_of(group, groups));
  if (unit >= i32(args.units)) { return; }
  let pair = unit / args.parts;
  let head = pair % args.H;
  let kv = head * args.HKV / args.H;
  let s = take(lane, pair / args.H, 1, 1);
  let x = first_query(s);
  let start = max(0, x - args.window + 1) + unit % args.parts * args.keys;
  let count = min(args.keys, x + 1 - start);
  var peak = lowest;
  for (var key = 0; key < count; key += 64) {
    var score = 0.0;
    for (var first = 0; first < args.D; first += 32) {
      workgroupBarrier();
      for (var r = lane / 8u; r < 64u; r += 8u) {
        tile[ROW * r + lane % 8u] = four(K, s, kv, start + key + i32(r), first + i32(4u * (lane % 8u)));
      }
      if (lane < 8u) { weights[lane] = four(Q, s, head, 0, first + i32(4u * lane)); }
      workgroupBarrier();
      for (var d = 0u; d < 8u; d++) { score += dot(weights[d], tile[ROW * lane + d]); }
    }
    score *= args.scale;
    if (key + i32(lane) < count) {
      scores[u32(key) + lane] = score;
      peak = max(peak, score);
    }
  }
  peak = max_lanes(lane, peak);
  var sum = 0.0;
  for (var key = i32(lane); key < count; key += 64) {
    let e = exp_of(scores[key] - peak);
    scores[key] = e;
    sum += e;
  }
  sum = sum_lanes(lane, sum);
  let by = select(1.0 / sum, 0.0, sum == 0.0);
  for (var c = i32(lane); c < args.V; c += 64) {
    var o = 0.0;
    for (var key = 0; key < count; key++) {
      let row = row_of(V, s, kv, start + key);
      let i = u32(row.at + c);
      if (row.what == V) { o = fma(scores[key], v[i], o); } else { o = fma(scores[key], v0[i], o); }
    }
    if (args.parts == 1) { y[u32(pair * args.V + c)] = o * by; } else { pieces[u32(unit * (args.V + 2) + 2 + c)] = o; }
  }
  if (lane > 0u) { return; }
  if (args.parts == 1) {
    lse[u32(pair)] = peak + log_of(sum);
  } else {
    pieces[u32(unit * (args.V + 2))] = peak;
    pieces[u32(unit * (args.V + 2) + 1)] = sum;
  }
}

/// What the parts of a head gave, joined in order: 64 columns.
@compute @workgroup_size(64)
fn join(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = i32(unit_of(group, groups));
  if (unit >= i32(args.units)) { return; }
  let wide = (args.V + 63) / 64;
  let row = unit / wide;
  let c = 64 * (unit % wide) + i32(lane);
  let size = args.V + 2;
  let base = row * args.parts * size;
  var top = lowest;
  for (var part = i32(lane); part < args.parts; part += 64) { top = max(top, pieces[u32(base + part * size)]); }
  top = max_lanes(lane, top);
  var sum = 0.0;
  var o = 0.0;
  for (var first = 0; first < args.parts; first += 64) {
    let count = min(64, args.parts - first);
    if (i32(lane) < count) {
      let at = base + (first + i32(lane)) * size;
      let by = exp_of(pieces[u32(at)] - top);
      scores[lane] = by;
      sum = fma(by, pieces[u32(at + 1)], sum);
    }
    workgroupBarrier();
    if (c < args.V) {
      for (var part = 0; part < count; part++) {
        o = fma(scores[part], pieces[u32(base + (first + part) * size + 2 + c)], o);
      }
    }
    workgroupBarrier();
  }
  sum = sum_lanes(lane, sum);
  if (c < args.V) { y[u32(row * args.V + c)] = select(o / sum, 0.0, sum == 0.0); }
  if (c == 0) { lse[u32(row)] = top + log_of(sum); }
}
