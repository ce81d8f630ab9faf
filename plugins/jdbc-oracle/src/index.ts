import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { defineBatch, defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { oracle } from './oracle.ts'

export const tasks: readonly TaskDefinition[] = [defineBatch(oracle), defineQueries(oracle), defineQuery(oracle)]
export const triggers: readonly TriggerDefinition[] = [defineTrigger(oracle)]
