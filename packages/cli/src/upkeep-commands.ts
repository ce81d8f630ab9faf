// Commands that look after an installation: they work on its folder and its database themselves, whether a server runs or not.
import type { Command } from 'commander'
import type { ExitCode } from './exit-code.ts'

const MISSED_HELP = 'dates that schedules missed since then: ALL, LAST or NONE; else as each trigger says'

type Done = (exitCode: ExitCode) => void

export function addUpkeep(program: Command, done: Done): void {
  withPlace(program.command('doctor'))
    .description('look at an installation, running or not, and change nothing')
    .option('--invariants', 'judge every stored execution by what Batuta promises')
    .action(async (_, command: Command) =>
      done(await (await import('./commands/doctor.ts')).doctor(command.optsWithGlobals())),
    )
  withPlace(program.command('backup <path>'))
    .description('copy the database and the stored files into a new folder, or one file (.tgz), while the server runs')
    .action(async (folder: string, _, command: Command) =>
      done(await (await import('./commands/backup.ts')).backup(folder, command.optsWithGlobals())),
    )
  withPlace(program.command('restore <path>'))
    .description('bring a backup back, into an installation that does not run')
    .option('--force', 'replace what is there, which is kept beside it')
    .option('--missed <policy>', MISSED_HELP)
    .action(async (folder: string, _, command: Command) =>
      done(await (await import('./commands/restore.ts')).restore(folder, command.optsWithGlobals())),
    )
  withPlace(program.command('export <dir>'))
    .description('write flows, executions, keys and stored files in a format that SQLite and PostgreSQL both read')
    .action(async (folder: string, _, command: Command) =>
      done(await (await import('./commands/export.ts')).exportInstallation(folder, command.optsWithGlobals())),
    )
  withPlace(program.command('import <dir>'))
    .description('take in what an export wrote, into an installation that does not run; again is no harm')
    .option('--missed <policy>', MISSED_HELP)
    .action(async (folder: string, _, command: Command) =>
      done(await (await import('./commands/import.ts')).importInstallation(folder, command.optsWithGlobals())),
    )
  addHeld(program, done)
  const audit = program.commands.find(each => each.name() === 'audit') ?? program.command('audit')
  withPlace(audit.command('verify'))
    .description('say whether it is as it was written, whether a server runs or not')
    .action(async (_, command: Command) =>
      done(await (await import('./commands/audit-verify.ts')).auditVerify(command.optsWithGlobals())),
    )
}

function addHeld(program: Command, done: Done): void {
  const held = program.command('held').description('executions that were set aside because a turn of them failed')
  withPlace(held.command('list'))
    .description('list them with their reasons, whether a server runs or not')
    .action(async (_, command: Command) =>
      done(await (await import('./commands/held.ts')).heldList(command.optsWithGlobals())),
    )
  held
    .command('release <id>')
    .description('try one again, at the server')
    .action(async (id: string, _, command: Command) =>
      done(await (await import('./commands/held.ts')).heldRelease(id, command.optsWithGlobals())),
    )
  held
    .command('drop <id>')
    .description('kill one, at the server')
    .option('--delete', 'remove it with its log and files: for one that cannot even be read')
    .action(async (id: string, _, command: Command) =>
      done(await (await import('./commands/held.ts')).heldDrop(id, command.optsWithGlobals())),
    )
}

/** Where the installation is: as for a server. */
function withPlace(command: Command): Command {
  return command
    .option('--data <dir>', 'folder of the database and the stored files, .batuta if not told')
    .option('-c, --config <file>', 'configuration file of the server (YAML)')
    .option('--database <url>', 'the PostgreSQL, as postgres://user:password@host:port/database')
}
