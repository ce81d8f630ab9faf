// Outputs as columns that are walked through: each name or number leads one level deeper. Pure.

export type Path = readonly (string | number)[]

export interface OutputItem {
  readonly key: string | number
  readonly kind: 'branch' | 'file' | 'value'
  /** What stands beside the name. */
  readonly hint: string
}

const HINT_MAX = 60

export function isFileUri(value: unknown): value is `kestra://${string}` {
  return typeof value === 'string' && /^kestra:\/\/\S+$/.test(value)
}

/** What is inside of a value, in its order. */
export function itemsOf(value: unknown): readonly OutputItem[] {
  if (typeof value !== 'object' || value === null) return []
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item, index) => [index, item] as const)
    : Object.entries(value)
  return entries.map(([key, item]) => ({ key, kind: kindOf(item), hint: hintOf(item) }))
}

function kindOf(value: unknown): OutputItem['kind'] {
  if (typeof value === 'object' && value !== null) return 'branch'
  return isFileUri(value) ? 'file' : 'value'
}

function hintOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.length}]`
  if (typeof value === 'object' && value !== null) return `{${Object.keys(value).length}}`
  const text = isFileUri(value) ? value.slice(value.lastIndexOf('/') + 1) : String(value)
  return text.length > HINT_MAX ? `${text.slice(0, HINT_MAX)}…` : text
}

export function valueAt(value: unknown, path: Path): unknown {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = new Map<string, unknown>(Object.entries(at)).get(String(key))
  }
  return at
}

/** What a template writes to have the value: `{{ outputs.load["a b"][0] }}`. */
export function expressionOf(root: string, path: Path): string {
  return `{{ ${root}${path.map(step).join('')} }}`
}

function step(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

/** Of a task; in a loop the value of the iteration stands between. */
export function rootOf(taskId: string, value: string | undefined): string {
  const task = `outputs${step(taskId)}`
  return value === undefined ? task : `${task}[${JSON.stringify(value)}]`
}
