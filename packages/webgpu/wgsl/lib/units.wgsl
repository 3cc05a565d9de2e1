// Which unit of work a workgroup does: there may be more of them than one dimension of a dispatch has.

fn unit_of(group: vec3u, groups: vec3u) -> u32 {
  return group.y * groups.x + group.x;
}
