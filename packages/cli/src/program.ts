// The whole command line as one function: arguments in, exit code out. It never ends the process.
import { Command } from 'commander';
import { type CommonOptions, contextOf, type Runnable } from './command.ts';
import { commands } from './commands/index.ts';
import { codes, failureOf } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

/**
 * Runs `twill` with these arguments.
 *
 * @returns 0 done, 1 ran and the answer is no, 2 the input is wrong, 70 a fault of twill itself, 130 after Ctrl-C.
 */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  let current = 'twill';
  let code: number = codes.done;
  const program = quiet(new Command('twill'), terminal)
    .description('Hybrid linear-attention language models: train, evaluate and run them.')
    .version(await version(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', '\nExample:\n  $ twill start\n\nEvery command has --help with examples.');
  for (const make of commands) {
    const made = make();
    if ('members' in made) {
      quiet(made.command, terminal).helpOption('--help', 'print this help').helpCommand(false);
      for (const member of made.members) made.command.addCommand(ready(member, `${made.command.name()} `));
      program.addCommand(made.command);
    } else program.addCommand(ready(made, ''));
  }
  try {
    // The name of the command, for errors that occur before it runs.
    const named = program.commands.find((c) => c.name() === argv[0]);
    const member = named?.commands.find((c) => c.name() === argv[1]);
    if (named) current = member ? `${named.name()} ${member.name()}` : named.name();
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    const failure = failureOf(error, current);
    if (failure.message) terminal.err(`${failure.message}\n`);
    if (failure.code !== codes.done && argv.includes('--json')) {
      terminal.out(`${JSON.stringify({ error: failure.message, code: failure.code })}\n`);
    }
    return failure.code;
  }

  function ready({ command, run: action }: Runnable, group: string): Command {
    quiet(command, terminal).helpOption('--help', 'print this help');
    command.hook('preAction', () => {
      current = group + command.name();
    });
    return command.action(async () => {
      const options: CommonOptions = command.opts();
      const { answer, data, inputFault } = await action(contextOf(terminal, argv, options), command.args, options);
      if (options.json) terminal.out(`${JSON.stringify(data)}\n`);
      if (inputFault !== undefined) terminal.err(`${current}: ${inputFault}\n`);
      code = inputFault !== undefined ? codes.input : answer ? codes.done : codes.no;
    });
  }
}

/** Errors are thrown, not printed; help goes where the terminal is. */
function quiet(command: Command, terminal: Terminal): Command {
  return command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: () => {},
    })
    .configureHelp({ helpWidth: Math.min(terminal.columns, 110), minWidthToWrap: 24, showGlobalOptions: false })
    .showSuggestionAfterError(true);
}
