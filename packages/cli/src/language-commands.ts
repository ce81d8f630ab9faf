// The commands about what flows mean, most of which need no server.
import { Option, type Command } from 'commander'
import type { ExitCode } from './exit-code.ts'

export function addLanguage(program: Command, done: (exitCode: ExitCode) => void): void {
  program
    .command('plan <file>')
    .description('say what an execution of the flow in a file would do and touch, without running it')
    .option('-i, --inputs <name=value>', 'an input; @FILE is a YAML or JSON map of inputs', collect, [])
    .addOption(new Option('--input <name=value>').argParser(collect).default([]).hideHelp())
    .action(async (file: string, _, command: Command) =>
      done(await (await import('./commands/flow-plan.ts')).flowPlan(file, command.optsWithGlobals())),
    )
  const test = program
    .command('test [path...]')
    .description('run the flow tests of files and folders, in memory and in virtual time')
    .option('--flows <path>', 'files and folders with the flows that the tests are about', collect, [])
    .option('--junit <file>', 'write the results as JUnit XML too')
    .option('--filter <text>', 'only cases whose name, SUITE.CASE, holds the text')
    .option('--isolated', 'run no task that touches the world: without a fixture it is an error')
    .action(async (paths: string[], _, command: Command) =>
      done(await (await import('./commands/flow-test.ts')).flowTest(paths, command.optsWithGlobals())),
    )
  test
    .command('record <execution>')
    .description('make a flow test of an execution: what its tasks put out become fixtures and assertions')
    .option('-o, --output <file>', 'write it to this file, not to the standard output')
    .action(async (id: string, _, command: Command) =>
      done(await (await import('./commands/test-record.ts')).testRecord(id, command.optsWithGlobals())),
    )
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}
