// Four loops walked as one: args.loops of them are more than one turn, and they are the inner ones, of d0, d1, d2 and d3 turns.

/// The turn of each loop at the i-th element.
fn turns_of(i: u32) -> vec4u {
  var at = vec4u(0u, 0u, 0u, i);
  if (args.loops > 1u) {
    at.z = at.w / args.d3;
    at.w %= args.d3;
  }
  if (args.loops > 2u) {
    at.y = at.z / args.d2;
    at.z %= args.d2;
  }
  if (args.loops > 3u) {
    at.x = at.y / args.d1;
    at.y %= args.d1;
  }
  return at;
}
