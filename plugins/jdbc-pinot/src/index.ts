import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { pinot } from './pinot.ts'

export const tasks: readonly TaskDefinition[] = [defineQueries(pinot), defineQuery(pinot)]
export const triggers: readonly TriggerDefinition[] = [defineTrigger(pinot)]
