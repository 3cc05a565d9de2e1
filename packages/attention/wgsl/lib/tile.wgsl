// Products of tiles of 32 x 32 numbers by 64 lanes. Lane 8 i + j holds of rows i, i + 8, i + 16 and i + 24 the columns 4 j, ..., 4 j + 3: a
// mat4x4f whose columns are these rows.
// Uses: exp, rows.

/// Of a row of 32 numbers, in vec4f: one more than they are, so that rows that are read together lie in different banks.
const ROW = 9u;
/// Two tiles of 32 columns, or one of 64.
var<workgroup> tile: array<vec4f, 576>;
/// The left factor of the second product.
var<workgroup> weights: array<vec4f, 288>;
var<workgroup> across: array<vec4f, 72>;

/// The largest number of each row of the lane's, over the eight lanes that share these.
fn max_across(lane: u32, value: vec4f) -> vec4f {
  across[lane + lane / 8u] = value;
  workgroupBarrier();
  var most = value;
  for (var j = 0u; j < 8u; j++) { most = max(most, across[ROW * (lane / 8u) + j]); }
  return most;
}

/// Their sum.
fn sum_across(lane: u32, value: vec4f) -> vec4f {
  across[lane + lane / 8u] = value;
  workgroupBarrier();
  var total = vec4f();
  for (var j = 0u; j < 8u; j++) { total += across[ROW * (lane / 8u) + j]; }
  return total;
}

/// e^x of numbers that are not above 0.
fn exp4(x: vec4f) -> vec4f {
  return vec4f(exp_of(x.x), exp_of(x.y), exp_of(x.z), exp_of(x.w));
}

/// 32 rows and 32 columns of an operand from row `at` and column `first` on into half a tile. Turned: row 4 j + c lies in row 8 c + j, so that
/// lanes j read neighbours.
fn stage(lane: u32, half: u32, turned: bool, what: u32, s: Sequence, head: i32, at: i32, first: i32) {
  let part = lane % 8u;
  for (var r = lane / 8u; r < 32u; r += 8u) {
    let row = select(r, 8u * (r % 4u) + r / 4u, turned);
    tile[288u * half + ROW * row + part] = four(what, s, head, at + i32(r), first + i32(4u * part));
  }
}

/// <a, b> of each of 32 rows a with each of 32 rows b, of `size` numbers.
fn inner(
  lane: u32, size: i32, s: Sequence, what_a: u32, head_a: i32, at_a: i32, what_b: u32, head_b: i32, at_b: i32,
) -> mat4x4f {
  let i = ROW * (lane / 8u);
  let j = 288u + ROW * (lane % 8u);
  var products = mat4x4f();
  for (var first = 0; first < size; first += 32) {
    workgroupBarrier();
    stage(lane, 0u, false, what_a, s, head_a, at_a, first);
    stage(lane, 1u, true, what_b, s, head_b, at_b, first);
    workgroupBarrier();
    for (var d = 0u; d < 8u; d++) {
      let a = mat4x4f(tile[i + d], tile[i + 8u * ROW + d], tile[i + 16u * ROW + d], tile[i + 24u * ROW + d]);
      let b = mat4x4f(tile[j + d], tile[j + 8u * ROW + d], tile[j + 16u * ROW + d], tile[j + 24u * ROW + d]);
      products += transpose(b) * a;
    }
  }
  return products;
}

/// Of the lane's rows 64 columns: 4 j, ..., 4 j + 3, and the same 32 behind.
struct Wide {
  left: mat4x4f,
  right: mat4x4f,
}

/// sums += w x for w [32,32], of which each lane gives its part, and 64 columns of 32 rows x of an operand, `size` to a row.
fn add_weighted(
  lane: u32, sums: ptr<function, Wide>, w: mat4x4f, size: i32, what: u32, s: Sequence, head: i32, at: i32, first: i32,
) {
  let i = ROW * (lane / 8u);
  let j = lane % 8u;
  workgroupBarrier();
  for (var r = 0u; r < 4u; r++) { weights[i + 8u * ROW * r + j] = w[r]; }
  let part = lane % 16u;
  for (var r = lane / 16u; r < 32u; r += 4u) {
    tile[16u * r + part] = four(what, s, head, at + i32(r), first + i32(4u * part));
  }
  workgroupBarrier();
  for (var d = 0u; d < 8u; d++) {
    let p = mat4x4f(weights[i + d], weights[i + 8u * ROW + d], weights[i + 16u * ROW + d], weights[i + 24u * ROW + d]);
    let x = 64u * d + j;
    (*sums).left += mat4x4f(tile[x], tile[x + 16u], tile[x + 32u], tile[x + 48u]) * p;
    if (first + 32 < size) {
      (*sums).right += mat4x4f(tile[x + 8u], tile[x + 24u], tile[x + 40u], tile[x + 56u]) * p;
    }
  }
}

/// x by a factor to each of the lane's rows.
fn scaled(x: mat4x4f, by: vec4f) -> mat4x4f {
  return mat4x4f(x[0] * by[0], x[1] * by[1], x[2] * by[2], x[3] * by[3]);
}

/// Which of four keys four queries see.
fn seen(x: vec4i, key: vec4i) -> vec4<bool> {
  return (key >= vec4i(0)) & (key <= x) & (key > x - args.window);
}

/// Four places from one on.
fn next(place: i32) -> vec4i {
  return place + vec4i(0, 1, 2, 3);
}
