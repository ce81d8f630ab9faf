import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { defineBatch, defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { clickhouse } from './clickhouse.ts'

export const tasks: readonly TaskDefinition[] = [
  defineBatch(clickhouse, 'BulkInsert'),
  defineQueries(clickhouse),
  defineQuery(clickhouse),
]
export const triggers: readonly TriggerDefinition[] = [defineTrigger(clickhouse)]
