// run.sh of a job.
import type { FlameArgument } from './arguments.ts';
import type { FlameSteps } from './plan.ts';

/** What is said in it. */
export interface RunScript {
  readonly name: string;
  readonly steps: FlameSteps;
  readonly arguments: readonly FlameArgument[];
  readonly off: readonly string[];
  /** Whether start.py has to write the first weights. */
  readonly starts: boolean;
}

export function runScript({ name, steps, arguments: all, off, starts }: RunScript): string {
  const { gpus, nodes } = steps;
  const lines = all.map(([flag, value]) => (value === null ? flag : `${flag} ${value}`));
  return `#!/usr/bin/env bash
# Trains ${name} with flame, on ${gpus * nodes} ${gpus * nodes === 1 ? 'card' : 'cards'}; called again it goes on from the newest checkpoint.
# FLAME is a checkout of flame with its submodules. Off, since they are flags: ${off.join(' ')}
set -euo pipefail
here=$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)
: "\${FLAME:?is not set; give the directory of flame: FLAME=/path/to/flame bash run.sh}"
case "$here" in
  *[[:space:]=]*) echo "run.sh: $here has a space or = in it, which train.sh cannot read; move the job." >&2; exit 2 ;;
esac
export NNODE=\${NNODE:-${nodes}} NGPU=\${NGPU:-${gpus}}
if [ "$((NNODE * NGPU))" -ne ${gpus * nodes} ]; then
  echo "run.sh: a step is divided among ${gpus * nodes} cards but NNODE x NGPU is $((NNODE * NGPU)); export the job again, with --nodes and --gpus." >&2
  exit 2
fi
${starts ? `if [ "\${SLURM_NODEID:-0}" -eq 0 ]; then python "$here/start.py"; fi\n` : ''}cd "$FLAME"
exec bash train.sh \\
${lines.map((line) => `  ${line}`).join(' \\\n')}
`;
}
