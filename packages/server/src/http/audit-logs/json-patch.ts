// The difference of two documents as a JSON Patch (RFC 6902): members one by one, lists as a whole.
export interface PatchStep {
  readonly op: 'add' | 'remove' | 'replace'
  readonly path: string
  readonly value?: unknown
}

const DEPTH_MAX = 20

export function jsonPatch(before: unknown, after: unknown): readonly PatchStep[] {
  if (before === undefined && after === undefined) return []
  if (before === undefined || before === null) return [{ op: 'add', path: '', value: after }]
  if (after === undefined || after === null) return [{ op: 'remove', path: '' }]
  return stepsOf(before, after, '')
}

function stepsOf(before: unknown, after: unknown, path: string): readonly PatchStep[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (!isObject(before) || !isObject(after) || path.split('/').length > DEPTH_MAX)
    return [{ op: 'replace', path, value: after }]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.flatMap((name): readonly PatchStep[] => {
    const at = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (!Object.hasOwn(after, name)) return [{ op: 'remove', path: at }]
    if (!Object.hasOwn(before, name)) return [{ op: 'add', path: at, value: after[name] }]
    return stepsOf(before[name], after[name], at)
  })
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
