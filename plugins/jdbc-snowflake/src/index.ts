import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { snowflake } from './snowflake.ts'

export const tasks: readonly TaskDefinition[] = [defineQueries(snowflake), defineQuery(snowflake)]
export const triggers: readonly TriggerDefinition[] = [defineTrigger(snowflake)]
