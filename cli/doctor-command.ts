import type { Command } from 'commander';
import type { DoctorFlags } from './commands/doctor.js';

export function addDoctorCommand(program: Command, done: (exitCode: number) => void): void {
  program
    .command('doctor')
    .description('Look at all that is needed, and say what to do about what is missing.')
    .option('--simulate', 'what is needed for the simulator instead of the vendor')
    .option('--json', 'print one JSON document on stdout')
    .addHelpText(
      'after',
      `
Examples:
  reelscore doctor
  reelscore doctor --simulate --json

Exit code 1 if there is a problem; warnings are none. It sends no keys anywhere, and starts the embedded
Temporal server for as long as it looks, if no other server is named.`,
    )
    .action(async (flags: DoctorFlags) => {
      const { doctor } = await import('./commands/doctor.js');
      done(await doctor(flags));
    });
}
