import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { defineBatch, defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { sqlserver } from './sqlserver.ts'

export const tasks: readonly TaskDefinition[] = [
  defineBatch(sqlserver),
  defineQueries(sqlserver),
  defineQuery(sqlserver),
]
export const triggers: readonly TriggerDefinition[] = [defineTrigger(sqlserver)]
