import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { hana } from './hana.ts'

export const tasks: readonly TaskDefinition[] = [defineQueries(hana), defineQuery(hana)]
export const triggers: readonly TriggerDefinition[] = [defineTrigger(hana)]
