// Rows that a task stores are Ion, one value a line. A script that takes them for CSV runs and makes nonsense, so the editor says it first.
import { isList, mapGet } from '../std/value.ts'
import type { Task } from './flow.ts'
import { findTask, walkFlow } from './graph.ts'
import { object } from './inspection.ts'
import type { Inspection } from './inspection.ts'

const CSV_READER = /\bread_csv\(\s*[rf]?["']?\{\{-?\s*outputs(?:\.(\w+)|\[['"]([^'"]+)['"]\])\.uri\b/g

export function inspectStoredRows(inspection: Inspection): void {
  for (const { task } of walkFlow(inspection.flow)) {
    for (const { text, path } of scriptsOf(task)) inspectScript(inspection, text, path)
  }
}

function inspectScript(inspection: Inspection, text: string, path: string): void {
  for (const match of text.matchAll(CSV_READER)) {
    const id = match[1] ?? match[2] ?? ''
    const producer = findTask(inspection.flow, id)
    if (producer === undefined || !isStoringRows(producer)) continue
    const message = `\`outputs.${id}.uri\` holds rows as Ion, not CSV: put a task io.kestra.plugin.serdes.csv.IonToCsv between, and read the file that it makes.`
    object(inspection, { severity: 'warning', code: 'rows-not-csv', message, path, character: match.index })
  }
}

interface ScriptText {
  readonly text: string
  readonly path: string
}

function scriptsOf({ properties, path }: Task): readonly ScriptText[] {
  const script = mapGet(properties, 'script')
  const commands = mapGet(properties, 'commands')
  const lines = commands !== undefined && isList(commands) ? commands : []
  return [
    ...(typeof script === 'string' ? [{ text: script, path: `${path}.script` }] : []),
    ...lines.flatMap((text, index) => (typeof text === 'string' ? [{ text, path: `${path}.commands[${index}]` }] : [])),
  ]
}

function isStoringRows({ type, properties }: Task): boolean {
  if (/^io\.kestra\.plugin\.serdes\.\w+\.\w+ToIon$/.test(type)) return true
  if (!/^io\.kestra\.plugin\.jdbc\.\w+\.Query$/.test(type)) return false
  return mapGet(properties, 'fetchType') === 'STORE' || mapGet(properties, 'store') === true
}
