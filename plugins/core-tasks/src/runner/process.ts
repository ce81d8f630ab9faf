import { defineTaskRunner, PROCESS_RUNNER, TaskError } from '@batuta/plugin-sdk'

/** The description for the catalogue; every host brings the runner itself. */
export const processRunner = defineTaskRunner({
  ...PROCESS_RUNNER,
  run: () => Promise.reject(new TaskError('the Process runner is part of the host and cannot be loaded from a plugin')),
})
