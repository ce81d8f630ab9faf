import type { TaskDefinition } from '@batuta/plugin-sdk'
import { grokItems, grokValue } from './grok/grok-tasks.ts'
import { jsonataItems, jsonataValue } from './jsonata/jsonata-tasks.ts'
import { aggregateRows } from './records/aggregate.ts'
import { filterRows, mapRows, unnestRows } from './records/map-filter.ts'
import { selectRows, zipRows } from './records/zip-select.ts'

export const tasks: readonly TaskDefinition[] = [
  aggregateRows,
  filterRows,
  mapRows,
  selectRows,
  unnestRows,
  zipRows,
  grokItems,
  grokValue,
  jsonataItems,
  jsonataValue,
]
