// The command line as a tree of names and options. A command's own file is imported when it runs.
import { Command, CommanderError, Option, type Argument } from 'commander'
import packageFile from '../package.json' with { type: 'json' }
import type { Role } from './commands/server-start.ts'
import { CommandError, EXIT, type ExitCode } from './exit-code.ts'
import { addContexts } from './context-commands.ts'
import { addExecution } from './execution-commands.ts'
import { addFlow } from './flow-commands.ts'
import { addGlobalFlags, SERVER_DEFAULT, settleGlobals } from './global-flags.ts'
import type { GlobalOptions } from './global-options.ts'
import { addKestra, addMigrations } from './kestra-commands.ts'
import { addMore } from './more-commands.ts'
import { addInstance } from './instance-commands.ts'
import { addTrigger } from './trigger-commands.ts'
import { addState } from './state-commands.ts'
import { addPeople } from './people-commands.ts'
import { addLanguage } from './language-commands.ts'
import { addUpkeep } from './upkeep-commands.ts'

const EXIT_CODES = `
Exit codes:
  0 done · 1 the execution failed, the flow is not valid, the installation is not sound · 2 the command line is wrong
  3 no server answers · 4 not found · 5 refused · 6 the server failed · 130 interrupted

Commands of "kestra" and "kestractl" work here as well, with their options: see docs/guide/command-line.md.`

export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok
  const program = createProgram(args, code => (exitCode = code))
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    return await report(error, String(program.opts()['server'] ?? SERVER_DEFAULT))
  }
}

type Done = (exitCode: ExitCode) => void

function createProgram(args: readonly string[], done: Done): Command {
  const program = new Command('batuta')
    .description('Runs declarative YAML workflows.')
    .version(packageFile.version, '-V, --version', 'print the version of this program')
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(add --help for the options)')
    .enablePositionalOptions()
    // Further names and that there are options is said by the help of the command itself.
    .configureHelp({ subcommandTerm: each => [each.name(), ...each.registeredArguments.map(argumentTerm)].join(' ') })
    .exitOverride()
  program.commandsGroup('Servers:')
  addServer(program)
  // A server has no need of some hundred commands of others.
  if (args[0] === 'server') return program
  program.commandsGroup('Work:')
  addFlow(program, done)
  addExecution(program, done)
  addTrigger(program, done)
  addState(program, done)
  addMore(program, done)
  addPeople(program, done)
  addLanguage(program, done)
  program.commandsGroup('Looking after an installation:')
  addMigrate(program, done)
  addInstance(program, done)
  addUpkeep(program, done)
  addKestra(program, done)
  program.commandsGroup('This program:')
  addContexts(program, done)
  addComplete(program, done)
  addGlobalFlags(program, args)
  program.hook('preAction', async (_, command) => settleGlobals(program, command))
  return program
}

function argumentTerm(argument: Argument): string {
  const term = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${term}>` : `[${term}]`
}

/** What the scripts of `completion` call. */
function addComplete(program: Command, done: Done): void {
  program
    .command('__complete [words...]', { hidden: true })
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: readonly string[]) => {
      const { complete } = await import('./commands/completion.ts')
      const { worldOf } = await import('./connect.ts')
      addGlobalFlags(program, words)
      const offered = await complete(program, words, async command => {
        await settleGlobals(program, command)
        return worldOf(program.opts<GlobalOptions>())
      })
      if (offered.length > 0) process.stdout.write(`${offered.join('\n')}\n`)
      done(EXIT.ok)
    })
}

/** What each command starts; the names after the first are those of Kestra. */
/** Where probes and scrapes look. */
const MANAGEMENT_PORT = 8081

const SERVERS: readonly {
  readonly names: readonly string[]
  readonly description: string
  readonly roles: readonly Role[]
  readonly drainMs: number
  /** Any free one unless said. */
  readonly managementPort?: number
}[] = [
  {
    names: ['local'],
    description: 'all of Batuta in one process, over SQLite unless a database is configured',
    roles: ['engine', 'web', 'worker'],
    drainMs: 5_000,
  },
  {
    names: ['standalone'],
    description: 'all of Batuta in one process, for a server among others or in a container',
    roles: ['engine', 'web', 'worker'],
    drainMs: 60_000,
    managementPort: MANAGEMENT_PORT,
  },
  {
    names: ['engine', 'executor', 'scheduler', 'indexer'],
    description: 'executes flows and fires triggers; its tasks run on workers',
    roles: ['engine'],
    drainMs: 60_000,
    managementPort: MANAGEMENT_PORT,
  },
  {
    names: ['web', 'webserver'],
    description: 'the API and the pages',
    roles: ['web'],
    drainMs: 60_000,
    managementPort: MANAGEMENT_PORT,
  },
  {
    names: ['worker'],
    description: 'runs tasks',
    roles: ['worker'],
    drainMs: 300_000,
    managementPort: MANAGEMENT_PORT,
  },
]

function addServer(program: Command): void {
  const server = program.command('server').description('start a server')
  for (const { names, description, ...kind } of SERVERS) {
    const [name = '', ...aliases] = names
    const command = server.command(name).aliases(aliases).description(description)
    addServerOptions(command, kind.roles)
    command.action(async options => (await import('./commands/server-start.ts')).startServer(kind, options))
  }
}

function addServerOptions(command: Command, roles: readonly Role[]): void {
  command
    .option('--data <dir>', 'folder of what this process keeps: database, stored files, its name; .batuta if not told')
    .option('-c, --config <file>', 'configuration file (YAML)')
  // One line starts every role: what only the web role reads is taken and left by the others.
  const web = [
    new Option('--port <number>', 'port to listen on, 8080 if not told; 0 picks a free one'),
    new Option('--host <address>', 'address to listen on, 127.0.0.1 if not told'),
    new Option('--flows <dir>', 'folder of flows to load and to watch, flows if not told'),
  ]
  const isWeb = roles.includes('web')
  for (const option of web) command.addOption(isWeb ? option : option.hideHelp())
  for (const flags of ['-f, --flow-path <dir>', '--no-tutorials', '--no-indexer'])
    command.addOption(new Option(flags).hideHelp())
  if (roles.includes('worker'))
    command
      .option('--slots <number>', 'tasks that run here at a time; 8 per processor if not told, 0 for none')
      .option('-g, --worker-group <key>', 'runs only the tasks of this worker group')
      .addOption(new Option('--worker-thread <number>').hideHelp())
      .addOption(new Option('-t, --thread <number>').hideHelp())
}

function addMigrate(program: Command, done: Done): void {
  const migrate = program
    .command('migrate')
    .description('bring the database up to date; a server does it when it starts, unless database.migrate is false')
    .option('--dry-run', 'print what would be done')
    .option('--data <dir>', 'folder of the database, .batuta if not told')
    .option('--config <file>', 'configuration file (YAML)')
    .action(async (_, command: Command) => (await import('./commands/migrate.ts')).migrate(command.optsWithGlobals()))
  addMigrations(migrate, done)
}

const EXIT_OF_CODE: Readonly<Partial<Record<string, ExitCode>>> = {
  'config-invalid': EXIT.usage,
  'backup-invalid': EXIT.refused,
  'backup-failed': EXIT.refused,
  'plugin-invalid': EXIT.refused,
  'tool-missing': EXIT.refused,
}

async function report(error: unknown, server: string): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  const { explain } = await import('./connect.ts')
  const told = explain(error, server)
  if (told instanceof CommandError) {
    say(told.message, told.details)
    return told.exitCode
  }
  const { BatutaError } = await import('@batuta/core')
  if (told instanceof BatutaError) {
    say(told.message)
    return EXIT_OF_CODE[told.code] ?? EXIT.broken
  }
  if (told instanceof Error && 'code' in told && told.code === 'EADDRINUSE') {
    say('the port is taken: choose another with --port, or 0 for any free one')
    return EXIT.broken
  }
  // What the system refused is told as it told it; the stack is for our own mistakes.
  if (told instanceof Error && 'syscall' in told) {
    say(told.message)
    return EXIT.broken
  }
  throw told
}

function say(message: string, details: readonly string[] = []): void {
  process.stderr.write(`batuta: ${message}\n${details.map(detail => `  ${detail}\n`).join('')}`)
}
