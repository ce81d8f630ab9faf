import type { TaskDefinition } from '@batuta/plugin-sdk'
import { csvToIon } from './csv/csv-to-ion.ts'
import { ionToCsv } from './csv/ion-to-csv.ts'
import { ionToJson } from './json/ion-to-json.ts'
import { jsonToIon } from './json/json-to-ion.ts'
import { jsonToJsonl } from './json/json-to-jsonl.ts'

export const tasks: readonly TaskDefinition[] = [csvToIon, ionToCsv, ionToJson, jsonToIon, jsonToJsonl]
