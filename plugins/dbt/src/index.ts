import type { TaskDefinition } from '@batuta/plugin-sdk'
import { dbtCli } from './dbt-cli.ts'
import { commandTasks, setup } from './old-tasks.ts'

export const tasks: readonly TaskDefinition[] = [dbtCli, setup, ...commandTasks]
