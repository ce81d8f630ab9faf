// Executions of one turn as they stand in the store, read with the statements of either database.
export type Query = (text: string, values: readonly (string | number)[]) => Promise<readonly Row[]>
export type Row = Readonly<Record<string, unknown>>

export interface Execution {
  readonly header: {
    readonly id: string
    readonly namespace: string
    readonly flowId: string
    readonly revision: number
    readonly state: string
    readonly turn: number
    readonly triggerId: string | null
    readonly triggerType: string | null
  }
  readonly events: string
  readonly lines: string | null
  readonly levelMax: number
  readonly labels: readonly (readonly [key: string, value: string])[]
}

export async function readExecution(query: Query, id: string): Promise<Execution> {
  const [header] = await query('select * from executions where id = $1', [id])
  const journal = await query('select * from journal where execution_id = $1', [id])
  const logs = await query('select * from logs where execution_id = $1', [id])
  const labels = await query('select key, value from execution_labels where execution_id = $1', [id])
  const [turn] = journal
  if (!header || !turn || journal.length > 1 || logs.length > 1)
    throw new Error(`the execution ${id} is no template: ${journal.length} turns, ${logs.length} chunks of log lines`)
  return {
    header: {
      id,
      namespace: String(header['namespace']),
      flowId: String(header['flow_id']),
      revision: Number(header['revision']),
      state: String(header['state']),
      turn: Number(header['turn']),
      triggerId: textOrNull(header['trigger_id']),
      triggerType: textOrNull(header['trigger_type']),
    },
    events: String(turn['events']),
    lines: textOrNull(logs[0]?.['lines']),
    levelMax: Number(logs[0]?.['level_max'] ?? 0),
    labels: labels.map(row => [String(row['key']), String(row['value'])]),
  }
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}
