import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { duckdb } from './duckdb.ts'

export const tasks: readonly TaskDefinition[] = [defineQueries(duckdb), defineQuery(duckdb)]
export const triggers: readonly TriggerDefinition[] = [defineTrigger(duckdb)]
