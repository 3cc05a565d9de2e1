// What lies beside the jobs of a sweep: how all of them are begun, on one node and with SLURM.
import type { FlameJob } from '@twilljs/hub/node';

/** Whether a job has its result, in the words of a shell. */
const IS_DONE =
  '[ -e "$here/jobs/$job/dump/model.safetensors" ] || [ -e "$here/jobs/$job/dump/model.safetensors.index.json" ]';

/** Texts by path. */
export function sweepScripts(name: string, jobs: ReadonlyMap<string, FlameJob>, nodes: number): Map<string, string> {
  const list = [...jobs].map(([job, { manifest }]) => `${job} ${nodes} ${manifest.cards / nodes}\n`).join('');
  return new Map([
    ['jobs.txt', list],
    ['all.sh', allScript(name)],
    ['slurm.sh', slurmScript(name)],
  ]);
}

const head = `set -euo pipefail
here=$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)
: "\${FLAME:?is not set; give the directory of flame: export FLAME=/path/to/flame}"`;

const allScript = (name: string) => `#!/usr/bin/env bash
# Trains the jobs of ${name} one after the other, on the cards of this node; called again it goes on. The lines of jobs.txt are:
# job, nodes, cards of a node.
${head}
failed=()
while read -r job nodes cards; do
  if ${IS_DONE}; then
    echo "$job: done"
  elif NNODE=$nodes NGPU=$cards bash "$here/jobs/$job/run.sh" < /dev/null; then
    echo "$job: done"
  else
    failed+=("$job")
  fi
done < "$here/jobs.txt"
if [ "\${#failed[@]}" -gt 0 ]; then
  echo "all.sh: failed: \${failed[*]}" >&2
  exit 1
fi
`;

const slurmScript = (name: string) => `#!/usr/bin/env bash
# Submits every job of ${name} that has no result yet. What is given is given to sbatch: bash slurm.sh --partition=gpu --time=2-0
${head}
export FLAME
while read -r job nodes cards; do
  if ${IS_DONE}; then
    echo "$job: done"
    continue
  fi
  sbatch --job-name="$job" --nodes="$nodes" --ntasks-per-node=1 --gpus-per-node="$cards" \\
    --output="$here/jobs/$job/slurm-%j.log" "$@" <<SLURM
#!/usr/bin/env bash
export NNODE=$nodes NGPU=$cards MASTER_PORT=\\$((20000 + SLURM_JOB_ID % 10000))
export MASTER_ADDR=\\$(scontrol show hostnames "\\$SLURM_JOB_NODELIST" | head -n 1)
srun bash "$here/jobs/$job/run.sh"
SLURM
done < "$here/jobs.txt"
`;
