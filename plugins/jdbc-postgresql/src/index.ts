import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { batch } from './tasks/batch.ts'
import { copyIn } from './tasks/copy-in.ts'
import { copyOut } from './tasks/copy-out.ts'
import { queries } from './tasks/queries.ts'
import { query } from './tasks/query.ts'
import { trigger } from './tasks/trigger.ts'

export const tasks: readonly TaskDefinition[] = [batch, copyIn, copyOut, queries, query]
export const triggers: readonly TriggerDefinition[] = [trigger]
