// The command line as a tree of names and options. A command's own file is imported when it runs.
import { Command, CommanderError } from 'commander'
import { CommandError, EXIT, type ExitCode } from './exit-code.ts'

export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  try {
    await createProgram().parseAsync([...args], { from: 'user' })
    return EXIT.ok
  } catch (error) {
    return report(error)
  }
}

function createProgram(): Command {
  const program = new Command('batuta')
    .description('Runs declarative YAML workflows.')
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
  addServer(program)
  return program
}

function addServer(program: Command): void {
  const server = program.command('server').description('start a server')
  server
    .command('local')
    .description('all of Batuta in one process over SQLite')
    .option('--port <number>', 'port to listen on, 8080 if not told; 0 picks a free one')
    .option('--host <address>', 'address to listen on, 127.0.0.1 if not told')
    .option('--data <dir>', 'folder of the database and the stored files, .batuta if not told')
    .option('--flows <dir>', 'folder of flows to load and to watch, flows if not told')
    .option('--config <file>', 'configuration file (YAML)')
    .action(async options => (await import('./commands/server-local.ts')).serverLocal(options))
}

function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (!(error instanceof CommandError)) throw error
  process.stderr.write(`batuta: ${error.message}\n`)
  for (const detail of error.details) process.stderr.write(`  ${detail}\n`)
  return error.exitCode
}
