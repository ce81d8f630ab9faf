// The commands about triggers: where they stand, why they started nothing, switches and backfills.
import type { Command } from 'commander'
import type { ExitCode } from './exit-code.ts'

export function addTrigger(program: Command, done: (exitCode: ExitCode) => void): void {
  const trigger = program.command('trigger').description('what starts executions by itself')
  addReading(trigger, done)
  addSwitches(trigger, done)
  addBackfill(trigger, done)
}

function addReading(trigger: Command, done: (exitCode: ExitCode) => void): void {
  trigger
    .command('list')
    .description('list the triggers and where they stand')
    .option('-n, --namespace <namespace>', 'of this namespace and those below it')
    .option('--flow <id>', 'of this flow')
    .action(async (options: { readonly namespace?: string; readonly flow?: string }, command: Command) =>
      done(await (await import('./commands/trigger.ts')).triggerList(options, command.optsWithGlobals())),
    )
  trigger
    .command('why')
    .argument('<flow>', 'namespace.flow')
    .argument('<trigger>', 'the id of the trigger')
    .description('say why the trigger started nothing, the latest reason first')
    .action(async (flow: string, id: string, _, command: Command) =>
      done(await (await import('./commands/trigger.ts')).triggerWhy(flow, id, command.optsWithGlobals())),
    )
}

const SWITCHES = {
  enable: 'switch the trigger on',
  disable: 'switch the trigger off',
  unlock: 'let the trigger no longer wait for the execution that it started',
  restart: 'give up what the trigger is at and let it begin anew',
} as const

function addSwitches(trigger: Command, done: (exitCode: ExitCode) => void): void {
  for (const verb of ['enable', 'disable', 'unlock', 'restart'] as const)
    trigger
      .command(verb)
      .argument('<flow>', 'namespace.flow')
      .argument('<trigger>', 'the id of the trigger')
      .description(SWITCHES[verb])
      .action(async (flow: string, id: string, _, command: Command) =>
        done(
          await (await import('./commands/trigger.ts')).triggerSwitch({ verb, flow, id }, command.optsWithGlobals()),
        ),
      )
}

function addBackfill(trigger: Command, done: (exitCode: ExitCode) => void): void {
  const backfill = trigger.command('backfill').description('run dates of a schedule that are past')
  backfill
    .command('create')
    .argument('<flow>', 'namespace.flow')
    .argument('<trigger>', 'the id of the trigger')
    .requiredOption('--start <moment>', 'from this moment on, e.g. 2031-04-05T06:07:08Z')
    .option('--end <moment>', 'up to this moment; now unless told')
    .description('begin a backfill')
    .action(
      async (flow: string, id: string, options: { readonly start: string; readonly end?: string }, command: Command) =>
        done(
          await (
            await import('./commands/trigger.ts')
          ).backfillCreate({ flow, id, ...options }, command.optsWithGlobals()),
        ),
    )
  const verbs = {
    pause: 'pause a backfill; it keeps its position',
    resume: 'let a paused backfill go on',
    delete: 'end a backfill: the schedule goes on where it stood',
  } as const
  for (const verb of ['pause', 'resume', 'delete'] as const)
    backfill
      .command(verb)
      .argument('<flow>', 'namespace.flow')
      .argument('<trigger>', 'the id of the trigger')
      .description(verbs[verb])
      .action(async (flow: string, id: string, _, command: Command) =>
        done(await (await import('./commands/trigger.ts')).backfillDo({ verb, flow, id }, command.optsWithGlobals())),
      )
}
