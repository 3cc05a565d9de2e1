// Gradients of softmax attention. Weights p_ts = e^(scale q_t' k_s - lse_t) are formed anew; with the slopes
// g_ts = p_ts (dy_t' v_s - delta_t), delta_t = dy_t' y_t - dlse_t: dq_t = scale sum_s g_ts k_s, dk_s = scale sum_t g_ts q_t, dv_s = sum_t p_ts dy_t.
// Shapes as in attention.wgsl; delta [n,T,H]. FlashAttention-2, https://arxiv.org/abs/2307.08691, algorithm 2.
// Uses: bits, rows, tile, units.

struct Args {
  units: u32, n: i32, T: i32, S: i32, C: i32, H: i32, HKV: i32, D: i32, V: i32, window: i32, scale: f32, slots: i32, has_ranges: u32,
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dlse: array<f32>;
@group(0) @binding(3) var<storage, read_write> q: array<f32>;
@group(0) @binding(4) var<storage, read_write> k: array<f32>;
@group(0) @binding(5) var<storage, read_write> v: array<f32>;
@group(0) @binding(6) var<storage, read_write> k0: array<f32>;
@group(0) @binding(7) var<storage, read_write> v0: array<f32>;
@group(0) @binding(8) var<storage, read_write> position: array<i32>;
@group(0) @binding(9) var<storage, read_write> ranges: array<i32>;
@group(0) @binding(10) var<storage, read_write> y: array<f32>;
@group(0) @binding(11) var<storage, read_write> lse: array<f32>;
@group(0) @binding(12) var<storage, read_write> delta: array<f32>;
@group(0) @binding(13) var<storage, read_write> dq: array<f32>;
@group(0) @binding(14) var<storage, read_write> dk: array<f32>;
@group(0) @binding(15) var<storage, read_write> dv: array<f32>;
@group(0) @binding(16) var<storage, read_write> dk0: array<f32>;
@group(0) @binding(17) var<storage, read_write> dv0: array<f32>;

fn numbers(what: u32, i: u32) -> vec4f {
  switch what {
    case Q: { return vec4f(q[i], q[i + 1u], q[i + 2u], q[i + 3u]); }
    case K: { return vec4f(k[i], k[i + 1u], k[i + 2u], k[i + 3u]); }
    case V: { return vec4f(v[i], v[i + 1u], v[i + 2u], v[i + 3u]); }
    case K0: { return vec4f(k0[i], k0[i + 1u], k0[i + 2u], k0[i + 3u]); }
    case V0: { return vec4f(v0[i], v0[i + 1u], v0[i + 2u], v0[i + 3u]); }
    case Y: { return vec4f(y[i], y[i + 1u], y[i + 2u], y[i + 3u]); }
    default: { return vec4f(dy[i], dy[i + 1u], dy[i + 2u], dy[i + 3u]); }
  }
}

/// e^(score - lse), not above 1, whatever rounding did to the logarithm. This is finite, so that the weight of -Infinity is 0; where it is
/// NaN, so are the weights.
fn weight(products: vec4f, sums: vec4f, is_seen: vec4<bool>) -> vec4f {
  let x = args.scale * products - max(sums, vec4f(-1.7e38));
  let none = vec4<bool>(is_nan(sums.x), is_nan(sums.y), is_nan(sums.z), is_nan(sums.w));
  return select(vec4f(), select(exp4(min(x, vec4f())), sums, none), is_seen);
}

/// Numbers of queries t of a head; 0 behind the last query.
fn of_queries(s: Sequence, head: i32, t: vec4i, from_delta: bool) -> vec4f {
  var x = vec4f();
  for (var c = 0; c < 4; c++) {
    let i = u32((s.begin + t[c]) * args.H + head);
    if (t[c] >= s.length) { continue; }
    if (from_delta) { x[c] = delta[i]; } else { x[c] = lse[i]; }
  }
  return x;
}

/// delta of the lane's rows, queries t of a head.
fn delta_of(lane: u32, s: Sequence, head: i32, t: vec4i) -> vec4f {
  var sum = vec4f();
  for (var c = i32(4u * (lane % 8u)); c < args.V; c += 32) {
    for (var r = 0; r < 4; r++) { sum[r] += dot(four(DY, s, head, t[r], c), four(Y, s, head, t[r], c)); }
  }
  sum = sum_across(lane, sum);
  for (var r = 0; r < 4; r++) {
    if (t[r] < s.length) { sum[r] -= dlse[u32((s.begin + t[r]) * args.H + head)]; }
  }
  return sum;
}

/// Zeros at those of 32 positions that no range holds, in dq.
fn clear_queries(block: i32, lane: i32) {
  for (var p = SIDE * block; p < min(SIDE * (block + 1), args.T); p++) {
    if (holder(p) >= 0) { continue; }
    for (var i = lane; i < args.H * args.D; i += 64) { dq[u32(p * args.H * args.D + i)] = 0.0; }
  }
}

/// The same in dk and dv.
fn clear_keys(block: i32, lane: i32) {
  for (var p = SIDE * block; p < min(SIDE * (block + 1), args.T); p++) {
    if (holder(p) >= 0) { continue; }
    for (var i = lane; i < args.HKV * args.D; i += 64) { dk[u32(p * args.HKV * args.D + i)] = 0.0; }
    for (var i = lane; i < args.HKV * args.V; i += 64) { dv[u32(p * args.HKV * args.V + i)] = 0.0; }
  }
}

/// delta, and 64 columns of dq, of a block of queries of one head: late blocks first. Behind them blocks of positions.
@compute @workgroup_size(64)
fn queries(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = i32(unit_of(group, groups));
  if (unit >= i32(args.units)) { return; }
  let wide = (args.D + 63) / 64;
  if (unit >= args.H * args.slots * wide) {
    clear_queries(unit - args.H * args.slots * wide, i32(lane));
    return;
  }
  let column = 64 * (unit % wide);
  let head = unit / wide / args.slots;
  let kv = head * args.HKV / args.H;
  let s = take(lane, unit / wide % args.slots, blocks(args.T), 1);
  let t = SIDE * (blocks(s.length) - 1 - s.block);
  if (s.block < 0 || t < 0) { return; }
  let x = first_query(s) + t;
  let end = x + min(SIDE, s.length - t);
  let i = i32(lane / 8u);
  let j = i32(lane % 8u);
  let rows = i + vec4i(0, 8, 16, 24);
  let means = delta_of(lane, s, head, t + rows);
  let sums = of_queries(s, head, t + rows, false);
  var o = Wide();
  for (var key = max(0, x - args.window + 1); key < end; key += SIDE) {
    let scores = inner(lane, args.D, s, Q, head, t, K, kv, key);
    var g = inner(lane, args.V, s, DY, head, t, V, kv, key);
    for (var r = 0; r < 4; r++) {
      let p = weight(scores[r], vec4f(sums[r]), seen(vec4i(x + rows[r]), next(key + 4 * j)));
      g[r] = p * (g[r] - means[r]);
    }
    add_weighted(lane, &o, g, args.D, K, s, kv, key, column);
  }
  for (var r = 0; r < 4; r++) {
    if (t + rows[r] >= s.length) { continue; }
    let at = (s.begin + t + rows[r]) * args.H + head;
    if (column == 0 && j == 0) { delta[u32(at)] = means[r]; }
    for (var c = 0; c < 4; c++) {
      let first = column + 4 * j + c;
      if (first < args.D) { dq[u32(at * args.D + first)] = args.scale * o.left[r][c]; }
      if (first + 32 < args.D) { dq[u32(at * args.D + first + 32)] = args.scale * o.right[r][c]; }
    }
  }
}

/// Four numbers of dk of the key at a place.
fn write_dk(s: Sequence, kv: i32, place: i32, first: i32, values: vec4f) {
  for (var c = 0; c < 4; c++) {
    if (first + c >= args.D || place >= s.old + s.fresh) { return; }
    if (place < s.old) {
      dk0[u32((ring_row(s, place) * args.HKV + kv) * args.D + first + c)] = values[c];
    } else {
      dk[u32(((s.origin + place - s.old) * args.HKV + kv) * args.D + first + c)] = values[c];
    }
  }
}

/// The same of dv.
fn write_dv(s: Sequence, kv: i32, place: i32, first: i32, values: vec4f) {
  for (var c = 0; c < 4; c++) {
    if (first + c >= args.V || place >= s.old + s.fresh) { return; }
    if (place < s.old) {
      dv0[u32((ring_row(s, place) * args.HKV + kv) * args.V + first + c)] = values[c];
    } else {
      dv[u32(((s.origin + place - s.old) * args.HKV + kv) * args.V + first + c)] = values[c];
    }
  }
}

/// 64 columns of dk and dv of a block of keys of one head, from all query heads that read it. The rows of a ring are all among the keys; those
/// that hold nothing come first. Behind the blocks of keys blocks of positions.
@compute @workgroup_size(64)
fn keys(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = i32(unit_of(group, groups));
  if (unit >= i32(args.units)) { return; }
  let wide = (max(args.D, args.V) + 63) / 64;
  if (unit >= args.HKV * args.slots * wide) {
    clear_keys(unit - args.HKV * args.slots * wide, i32(lane));
    return;
  }
  let column = 64 * (unit % wide);
  let kv = unit / wide / args.slots;
  let s = take(lane, unit / wide % args.slots, blocks(args.C + args.S), blocks(args.C) + 1);
  let key = SIDE * s.block + s.old - args.C;
  if (s.block < 0 || key >= s.old + s.fresh) { return; }
  let x = first_query(s);
  let start = max(0, key - x);
  let end = select(0, min(s.length, key + SIDE - 1 + args.window - x), key + SIDE > 0);
  let heads = args.H / args.HKV;
  let j = i32(lane % 8u);
  let rows = key + i32(lane / 8u) + vec4i(0, 8, 16, 24);
  var to_k = Wide();
  var to_v = Wide();
  for (var head = kv * heads; head < (kv + 1) * heads; head++) {
    for (var t = start; t < end; t += SIDE) {
      let means = of_queries(s, head, next(t + 4 * j), true);
      let sums = of_queries(s, head, next(t + 4 * j), false);
      var p = inner(lane, args.D, s, K, kv, key, Q, head, t);
      var g = inner(lane, args.V, s, V, kv, key, DY, head, t);
      for (var r = 0; r < 4; r++) {
        p[r] = weight(p[r], sums, seen(next(x + t + 4 * j), vec4i(rows[r])));
        g[r] = p[r] * (g[r] - means);
      }
      if (column < args.V) { add_weighted(lane, &to_v, p, args.V, DY, s, head, t, column); }
      if (column < args.D) { add_weighted(lane, &to_k, g, args.D, Q, s, head, t, column); }
    }
  }
  for (var r = 0; r < 4; r++) {
    write_dk(s, kv, rows[r], column + 4 * j, args.scale * to_k.left[r]);
    write_dk(s, kv, rows[r], column + 32 + 4 * j, args.scale * to_k.right[r]);
    write_dv(s, kv, rows[r], column + 4 * j, to_v.left[r]);
    write_dv(s, kv, rows[r], column + 32 + 4 * j, to_v.right[r]);
  }
}
