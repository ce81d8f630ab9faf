import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { defineBatch, defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { postgresql } from './postgresql.ts'
import { redshift } from './redshift.ts'
import { copyIn } from './tasks/copy-in.ts'
import { copyOut } from './tasks/copy-out.ts'

export const tasks: readonly TaskDefinition[] = [
  defineBatch(postgresql),
  copyIn,
  copyOut,
  defineQueries(postgresql),
  defineQuery(postgresql),
  defineQueries(redshift),
  defineQuery(redshift),
]
export const triggers: readonly TriggerDefinition[] = [defineTrigger(postgresql), defineTrigger(redshift)]
