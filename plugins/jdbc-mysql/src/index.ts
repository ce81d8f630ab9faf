import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { defineBatch, defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { mariadb, mysql } from './mysql.ts'

export const tasks: readonly TaskDefinition[] = [
  defineBatch(mysql),
  defineQueries(mysql),
  defineQuery(mysql),
  defineQueries(mariadb),
  defineQuery(mariadb),
]
export const triggers: readonly TriggerDefinition[] = [defineTrigger(mysql), defineTrigger(mariadb)]
