import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { sqlite } from './sqlite.ts'

export const tasks: readonly TaskDefinition[] = [defineQueries(sqlite), defineQuery(sqlite)]
export const triggers: readonly TriggerDefinition[] = [defineTrigger(sqlite)]
