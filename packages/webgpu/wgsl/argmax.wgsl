// The first place of the largest number of each row; -1 where that is not finite. A row is looked through in blocks, whose results are
// rows of another launch.
// Uses: units, bits.

struct Args { units: u32, n: u32, length: u32, has_places: u32, has_best: u32 }
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x: array<f32>; // [rows, n]
@group(0) @binding(2) var<storage, read_write> places: array<i32>; // [rows, n]: where x stands in the whole row, unless it is the whole row
@group(0) @binding(3) var<storage, read_write> best: array<f32>; // [rows, blocks]: unless this is the last launch
@group(0) @binding(4) var<storage, read_write> y: array<i32>; // [rows, blocks]

struct Candidate { value: f32, place: i32 }
var<workgroup> candidates: array<Candidate, 64>;

/// NaN is before all others, of equal numbers the first.
fn better(p: Candidate, q: Candidate) -> Candidate {
  if (is_nan(q.value)) { return q; }
  if (is_nan(p.value) || p.value > q.value || (p.value == q.value && p.place < q.place)) { return p; }
  return q;
}

@compute @workgroup_size(64)
fn argmax(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let blocks = max(1u, (args.n + args.length - 1u) / args.length);
  let row = unit / blocks;
  let first = unit % blocks * args.length;
  var own = Candidate(-infinity(), -1);
  for (var i = first + lane; i < min(args.n, first + args.length); i += 64u) {
    var place = i32(i);
    if (args.has_places != 0u) { place = places[row * args.n + i]; }
    own = better(own, Candidate(x[row * args.n + i], place));
  }
  candidates[lane] = own;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half >>= 1u) {
    if (lane < half) { candidates[lane] = better(candidates[lane], candidates[lane + half]); }
    workgroupBarrier();
  }
  if (lane == 0u) {
    let found = candidates[0];
    if (args.has_best != 0u) {
      best[unit] = found.value;
      y[unit] = found.place;
    } else {
      y[unit] = select(-1, found.place, is_finite(found.value));
    }
  }
}
