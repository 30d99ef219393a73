// The command line as a whole: its commands, its errors and its exit codes. Each command's module is
// loaded when it runs, so that `--help` and typos answer at once.
import { Command, CommanderError } from 'commander';
import { addBatchCommands } from './batch-commands.js';
import { addDoctorCommand } from './doctor-command.js';
import { reportError } from './errors.js';
import { ignoreClosedPipes } from './io.js';
import { addManifestCommands } from './manifest-commands.js';
import { addScheduleCommands } from './schedule-commands.js';
import { addServiceCommands } from './service-commands.js';
import { packageVersion } from '../config/version.js';

/** Runs one command line and returns the exit code. Writes errors itself. */
export async function runCommandLine(args: string[]): Promise<number> {
  ignoreClosedPipes();
  let exitCode = 0;
  const program = createProgram((code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode; // commander has printed it
    return reportError(error, {
      asJson: args.includes('--json'),
      verbose: args.includes('--verbose'),
    });
  }
}

/**
 * The commands, not run yet.
 * @param setExitCode called with what each command's action returns
 */
export function createProgram(setExitCode: (code: number) => void): Command {
  const program = new Command('reelscore');
  program
    .description('Background music for a library of video clips, scored durably.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'reelscore: ')),
    })
    .addHelpText('after', EXAMPLES)
    .exitOverride();
  addManifestCommands(program, setExitCode);
  addBatchCommands(program, setExitCode);
  addServiceCommands(program, setExitCode);
  addScheduleCommands(program, setExitCode);
  addDoctorCommand(program, setExitCode);
  for (const command of program.commands) addCommonOptions(command, 'reelscore');
  return program.showHelpAfterError('(see: reelscore --help)');
}

/** What every command has, and every command below it. */
function addCommonOptions(command: Command, parents: string): void {
  const name = `${parents} ${command.name()}`;
  command
    .exitOverride()
    .option('--verbose', 'print where an error came from')
    .helpOption('-h, --help', 'print help')
    .showHelpAfterError(`(see: ${name} --help)`);
  for (const below of command.commands) addCommonOptions(below, name);
}

const EXAMPLES = `
Examples:
  reelscore run library.csv --simulate     try it without keys, against the simulator
  reelscore run library.csv                score a library; run it again to go on after any stop
  reelscore status                         list the batches

Exit codes: 0 every clip succeeded or was skipped, 1 it could not run, 2 some clips did not succeed,
130 detached by Ctrl-C.

Keys come from TOMOVIEE_APP_KEY and TOMOVIEE_APP_SECRET in the environment.`;
