import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { druid } from './druid.ts'

export const tasks: readonly TaskDefinition[] = [defineQueries(druid), defineQuery(druid)]
export const triggers: readonly TriggerDefinition[] = [defineTrigger(druid)]
