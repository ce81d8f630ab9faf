import { defineTaskRunner } from '../task-runner.ts'
import type { TaskRunnerDefinition } from '../task-runner.ts'
import type { ProcessKeeper } from './process-keeper.ts'

export const PROCESS_RUNNER_TYPE = 'io.kestra.plugin.core.runner.Process'

/** What the catalogue says about the runner. */
export const PROCESS_RUNNER = {
  type: PROCESS_RUNNER_TYPE,
  aliases: ['io.kestra.plugin.core.runner.ProcessTaskRunner'],
  title: 'Run a script as a process of the worker.',
  description:
    'The command starts in the working directory of the task, with a reduced environment. On a kill or a timeout it ends with all its descendants.',
  properties: {},
  examples: [
    {
      title: 'On a script task.',
      code: 'script: echo hello\ntaskRunner:\n  type: io.kestra.plugin.core.runner.Process',
    },
  ],
} as const

/** Runs commands as child processes of this machine. */
export function processRunner(keeper: ProcessKeeper): TaskRunnerDefinition {
  return defineTaskRunner({
    ...PROCESS_RUNNER,
    run: (ctx, _props, command) => keeper.run(command, { attempt: ctx.attemptId, signal: ctx.signal }),
  })
}
