import type { TaskDefinition } from '@batuta/plugin-sdk'
import { queries } from './tasks/queries.ts'
import { query } from './tasks/query.ts'

export const tasks: readonly TaskDefinition[] = [queries, query]
