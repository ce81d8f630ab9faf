// The commands about executions: looking at them, and steering them.
import type { Command } from 'commander'
import type { Act } from './commands/execution-act.ts'
import type { ExitCode } from './exit-code.ts'
import { collect } from './collect.ts'
import { LEVEL_HELP } from './log-level.ts'

type Done = (exitCode: ExitCode) => void

export function addExecution(program: Command, done: Done): void {
  const execution = program.command('execution').description('look at executions and steer them')
  execution
    .command('get <id>')
    .description('show where an execution stands')
    .action(async (id, _, command: Command) =>
      done(await (await import('./commands/execution-get.ts')).executionGet(id, command.optsWithGlobals())),
    )
  execution
    .command('logs <id>')
    .description('print the log of an execution')
    .option('--level <level>', LEVEL_HELP, 'TRACE')
    .option('--task <id>', 'of this task only')
    .option('-f, --follow', 'go on until the execution has ended')
    .action(async (id, _, command: Command) =>
      done(await (await import('./commands/execution-logs.ts')).executionLogs(id, command.optsWithGlobals())),
    )
  execution
    .command('follow <id>')
    .description('show the tasks and the log of an execution until it has ended')
    .option('--no-logs', 'the tasks only')
    .option('--level <level>', LEVEL_HELP, 'INFO')
    .action(async (id, _, command: Command) =>
      done(await (await import('./commands/execution-follow.ts')).executionFollow(id, command.optsWithGlobals())),
    )
  execution
    .command('kill <id>')
    .description('stop an execution')
    .option('--no-cascade', 'but let the executions go on that it started')
    .action(async (id, _, command: Command) =>
      done(await (await import('./commands/execution-kill.ts')).executionKill(id, command.optsWithGlobals())),
    )
  execution
    .command('resume <id>')
    .description('let a paused execution go on')
    .option('-i, --input <name=value>', 'what the task asks; NAME=@FILE for a file', collect, [])
    .option('--task-run <id>', 'the task run that is to go on, where several wait')
    .option('-f, --follow', 'show the tasks and the log until the end')
    .action(async (id, _, command: Command) =>
      done(await (await import('./commands/execution-resume.ts')).executionResume(id, command.optsWithGlobals())),
    )
  execution
    .command('restart <id>')
    .description('run the failed tasks of an execution again')
    .option('--revision <number>', 'of another revision of the flow, in an execution of its own')
    .option('-f, --follow', 'show the tasks and the log until the end')
    .action(async (id, _, command: Command) =>
      done(await (await import('./commands/execution-restart.ts')).executionRestart(id, command.optsWithGlobals())),
    )
  addReplay(execution, done)
  addActs(execution, done)
}

function addReplay(execution: Command, done: Done): void {
  execution
    .command('replay <id>')
    .description('start an execution anew with the same inputs')
    .option('--task <id>', 'from this task, or task run, with what was done before it')
    .option('--revision <number>', 'of another revision of the flow')
    .option('-i, --input <name=value>', 'an input that is to be another one; NAME=@FILE sends a file', collect, [])
    .option('-b, --breakpoint <task>', 'stop before this task; TASK.VALUE in a loop', collect, [])
    .option('-f, --follow', 'show the tasks and the log until the end')
    .action(async (id, _, command: Command) =>
      done(await (await import('./commands/execution-replay.ts')).executionReplay(id, command.optsWithGlobals())),
    )
}

const ACTS: Readonly<Record<Act, string>> = {
  pause: 'begin no new task of an execution until it is resumed',
  'force-run': 'let an execution go on, whatever it waits for',
  continue: 'go on from a breakpoint',
}

function addActs(execution: Command, done: Done): void {
  const commands = async () => await import('./commands/execution-act.ts')
  for (const act of ['pause', 'force-run', 'continue'] as const)
    execution
      .command(`${act} <id>`)
      .description(ACTS[act])
      .action(async (id, _, command: Command) =>
        done(await (await commands()).executionAct(act, id, command.optsWithGlobals())),
      )
  execution
    .command('unqueue <id>')
    .description('take an execution out of the queue of its limit')
    .option('--state <state>', 'that it is to have', 'RUNNING')
    .action(async (id, _, command: Command) =>
      done(await (await commands()).executionUnqueue(id, command.optsWithGlobals())),
    )
  execution
    .command('set-state <id> <state>')
    .description('say how an execution ended, or one of its tasks, after which it goes on')
    .option('--task <id>', 'of this task, or task run')
    .action(async (id, state, _, command: Command) =>
      done(await (await commands()).executionSetState(id, state, command.optsWithGlobals())),
    )
  execution
    .command('label <id> [label...]')
    .description('set the labels of an execution that has ended: NAME=VALUE')
    .action(async (id, labels, _, command: Command) =>
      done(await (await commands()).executionLabel(id, labels, command.optsWithGlobals())),
    )
  execution
    .command('delete <id>')
    .description('delete an execution')
    .option('--no-logs', 'but keep its log')
    .option('--no-metrics', 'but keep its metrics')
    .option('--no-files', 'but keep its files')
    .action(async (id, _, command: Command) =>
      done(await (await commands()).executionDelete(id, command.optsWithGlobals())),
    )
}
