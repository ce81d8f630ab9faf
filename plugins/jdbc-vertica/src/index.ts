import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { defineBatch, defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { vertica } from './vertica.ts'

export const tasks: readonly TaskDefinition[] = [defineBatch(vertica), defineQueries(vertica), defineQuery(vertica)]
export const triggers: readonly TriggerDefinition[] = [defineTrigger(vertica)]
