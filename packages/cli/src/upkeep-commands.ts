// Commands that look after an installation: they work on its folder and its database themselves, whether a server runs or not.
import type { Command } from 'commander'
import type { ExitCode } from './exit-code.ts'

type Done = (exitCode: ExitCode) => void

export function addUpkeep(program: Command, done: Done): void {
  withPlace(program.command('doctor'))
    .description('look at an installation, running or not, and change nothing')
    .option('--invariants', 'judge every stored execution by what Batuta promises')
    .action(async (_, command: Command) =>
      done(await (await import('./commands/doctor.ts')).doctor(command.optsWithGlobals())),
    )
}

/** Where the installation is: as for a server. */
function withPlace(command: Command): Command {
  return command
    .option('--data <dir>', 'folder of the database and the stored files, .batuta if not told')
    .option('-c, --config <file>', 'configuration file of the server (YAML)')
    .option('--database <url>', 'the PostgreSQL, as postgres://user:password@host:port/database')
}
