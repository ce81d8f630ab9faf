import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { dremio } from './dremio.ts'

export const tasks: readonly TaskDefinition[] = [defineQueries(dremio), defineQuery(dremio)]
export const triggers: readonly TriggerDefinition[] = [defineTrigger(dremio)]
