// Commands of Kestra's Java program that look after its stores.
import type { Command } from 'commander'
import { addCommands, silent, type CommandSpec, type Done } from './command-spec.ts'

export function addKestra(program: Command, done: Done): void {
  const hidden = (parent: Command, name: string): Command => parent.command(name, { hidden: true })
  const sys = hidden(program, 'sys')
  addCommands(sys, SYSTEM, done)
  addCommands(hidden(sys, 'database'), [MIGRATE], done)
  addCommands(hidden(sys, 'state-store'), [nothing('migrate', 'states lie where they belong', ['--dry-run'])], done)
  addCommands(hidden(program, 'configs'), CONFIGS, done)
  const template = hidden(program, 'template')
  addCommands(template, TEMPLATES, done)
  addCommands(hidden(template, 'namespace'), [{ ...NO_TEMPLATES, usage: 'update [args...]' }], done)
}

/** Below our own `migrate`. */
export function addMigrations(migrate: Command, done: Done): void {
  addCommands(
    migrate,
    [
      nothing('default-tenant', 'the tenant is "main" from the first day on', [
        '--tenant-id <id>',
        '--tenant-name <name>',
        '--dry-run',
      ]),
      ...['plan', 'run', 'repair', 'unlock'].map(name =>
        nothing(name, '"batuta migrate" brings the database up to date', ['--dry-run']),
      ),
    ],
    done,
  )
  const metadata = migrate.command('metadata', { hidden: true })
  addCommands(
    metadata,
    ['kv', 'secrets', 'nsfiles'].map(name => nothing(name, 'what is told about them lies beside them', ['--dry-run'])),
    done,
  )
}

function nothing(usage: string, because: string, flags: readonly string[] = []): CommandSpec {
  return {
    usage,
    help: `nothing to do here: ${because}`,
    options: flags.map(silent),
    isHidden: true,
    run: async () => (await import('./commands/kestra-upkeep.ts')).nothingToDo(because),
  }
}

const SYSTEM: readonly CommandSpec[] = [
  nothing('reindex', 'there is no index apart from the database', ['-t, --type <type>']),
  nothing('submit-queued-execution', 'executions that wait for a place go on by themselves'),
  nothing('restore-flow-listeners', 'flows that listen are read from the flows themselves', ['--timeout <seconds>']),
]

const MIGRATE: CommandSpec = {
  usage: 'migrate',
  help: 'bring the database up to date',
  options: [silent('--dry-run'), silent('--data <dir>'), silent('--config <file>')],
  run: async (_, options) => {
    await (await import('./commands/migrate.ts')).migrate(options)
    return 0
  },
}

const CONFIGS: readonly CommandSpec[] = [
  {
    usage: 'properties',
    help: 'print what the server tells of its configuration',
    run: async (_, options) => (await import('./commands/kestra-upkeep.ts')).configsProperties(options),
  },
]

const NO_TEMPLATES: CommandSpec = {
  usage: 'validate [args...]',
  help: 'there are no templates here',
  isHidden: true,
  options: [silent('--local'), silent('--delete'), silent('--no-delete'), silent('--namespace <name>')],
  run: async () => (await import('./commands/kestra-upkeep.ts')).noTemplates(),
}

const TEMPLATES: readonly CommandSpec[] = [NO_TEMPLATES, { ...NO_TEMPLATES, usage: 'export [args...]' }]
