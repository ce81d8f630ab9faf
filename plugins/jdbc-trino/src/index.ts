import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { defineQuery, defineTrigger } from '@batuta/sql-kit'
import { trino } from './trino.ts'

export const tasks: readonly TaskDefinition[] = [defineQuery(trino)]
export const triggers: readonly TriggerDefinition[] = [defineTrigger(trino)]
