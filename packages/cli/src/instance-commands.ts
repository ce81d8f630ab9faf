// The commands about the nodes of an installation that is at work.
import type { Command } from 'commander'
import type { ExitCode } from './exit-code.ts'

export function addInstance(program: Command, done: (exitCode: ExitCode) => void): void {
  program
    .command('node')
    .description('the nodes of the installation')
    .command('list')
    .description('list what every node does')
    .action(async (_, command: Command) =>
      done(await (await import('./commands/instance.ts')).nodeList(command.optsWithGlobals())),
    )
  const maintenance = program.command('maintenance').description('stop new work on every node, for an upgrade')
  const verbs = {
    enter: 'nothing new begins: executions are refused, schedules and tasks wait; what runs may end',
    exit: 'everything goes on',
    status: 'whether there is maintenance, and since when',
  } as const
  for (const verb of ['enter', 'exit', 'status'] as const)
    maintenance
      .command(verb)
      .description(verbs[verb])
      .action(async (_, command: Command) =>
        done(await (await import('./commands/instance.ts')).maintenance(verb, command.optsWithGlobals())),
      )
}
