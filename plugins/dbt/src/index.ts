import type { TaskDefinition } from '@batuta/plugin-sdk'
import { checkStatus, triggerRun } from './cloud/cloud-tasks.ts'
import { dbtCli } from './dbt-cli.ts'
import { commandTasks, setup } from './old-tasks.ts'

export const tasks: readonly TaskDefinition[] = [checkStatus, dbtCli, setup, triggerRun, ...commandTasks]
