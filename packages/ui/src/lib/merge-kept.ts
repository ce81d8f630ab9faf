// What one browser remembers and what the server keeps of it, as one. A choice that has not reached the server yet wins over what is there; all others come
// from the server.

/** Keys that belong to a person and not to a browser. */
export const SYNCED: readonly string[] = [
  'preferences',
  'theme',
  'rail',
  'rail.pinned',
  'bookmarks',
  'executions.columns',
  'columns.executions',
  'columns.task-runs',
  'columns.flows',
  'columns.triggers',
  'columns.keys',
  'columns.secrets',
  'editor.panes',
  'gantt.log',
  'logs.wrap',
  'views.beside',
]

export type Kept = Readonly<Record<string, unknown>>

/** As it is written to the server: readable, not texts within texts. */
export function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What goes to the server: what is there, with the choices of this browser that are new. */
export function mergeKept(server: Kept, unsaved: readonly string[], read: (key: string) => string | undefined): Kept {
  const merged: Record<string, unknown> = { ...server }
  for (const key of unsaved) {
    const text = read(key)
    if (text === undefined) delete merged[key]
    else merged[key] = valueOf(text)
  }
  return merged
}

/** What this browser has to learn: key by key, undefined for what is gone. */
export function changesOf(
  server: Kept,
  unsaved: readonly string[],
  read: (key: string) => string | undefined,
): readonly (readonly [key: string, text: string | undefined])[] {
  return SYNCED.filter(key => !unsaved.includes(key))
    .map(key => [key, textOf(server[key])] as const)
    .filter(([key, text]) => text !== read(key))
}
