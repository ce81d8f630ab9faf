// The secrets that there are and those that flows ask for, as one list. Names are compared without regard to case.
import { withAncestors } from '../namespaces/ancestors.ts'

export interface SecretTag {
  readonly key: string
  readonly value: string
}

export interface SecretMeta {
  /** Absent for one of the environment, which all namespaces have. */
  readonly namespace?: string
  readonly key: string
  readonly description?: string
  readonly tags?: readonly SecretTag[]
}

export interface FlowName {
  readonly namespace: string
  readonly id: string
}

export interface AskedSecret {
  readonly namespace: string
  readonly key: string
  readonly isMissing: boolean
  readonly flows: readonly FlowName[]
}

export interface SecretRow extends SecretMeta {
  readonly source: 'kept' | 'environment' | 'missing'
  readonly usedBy: readonly FlowName[]
}

/** Missing ones first: something will fail. Then by name. */
export function listSecrets(metas: readonly SecretMeta[], asked: readonly AskedSecret[]): readonly SecretRow[] {
  const usedBy = new Map<SecretMeta, FlowName[]>(metas.map(meta => [meta, []]))
  const missing: SecretRow[] = []
  for (const each of asked) {
    const found = givenTo(each, metas)
    if (found) usedBy.get(found)?.push(...each.flows)
    else if (each.isMissing)
      missing.push({ namespace: each.namespace, key: each.key, source: 'missing', usedBy: each.flows })
  }
  const there = metas.map((meta): SecretRow => ({
    ...meta,
    source: meta.namespace === undefined ? 'environment' : 'kept',
    usedBy: usedBy.get(meta) ?? [],
  }))
  return [...missing, ...there.sort(byName)]
}

/** Which of them a flow of a namespace is given: the nearest, and that of the environment last. */
function givenTo({ namespace, key }: AskedSecret, metas: readonly SecretMeta[]): SecretMeta | undefined {
  const same = metas.filter(meta => meta.key.toUpperCase() === key.toUpperCase())
  for (const each of withAncestors(namespace)) {
    const found = same.find(meta => meta.namespace === each)
    if (found) return found
  }
  return same.find(meta => meta.namespace === undefined)
}

/** What a namespace may read, or misses. */
export function secretsOf(rows: readonly SecretRow[], here: string): readonly SecretRow[] {
  const above = withAncestors(here)
  return rows.filter(
    ({ namespace, source }) =>
      namespace === undefined ||
      above.includes(namespace) ||
      (source === 'missing' && namespace.startsWith(`${here}.`)),
  )
}

export function matchesText({ key, description = '', tags = [] }: SecretRow, text: string): boolean {
  const wanted = text.toLowerCase()
  return [key, description, ...tags.map(tagText)].some(each => each.toLowerCase().includes(wanted))
}

function byName(a: SecretRow, b: SecretRow): number {
  return a.key.localeCompare(b.key) || (a.namespace ?? '').localeCompare(b.namespace ?? '')
}

export function tagText({ key, value }: SecretTag): string {
  return `${key}:${value}`
}

/** `team:data, tier:gold`; undefined where a part is none. */
export function parseTags(text: string): readonly SecretTag[] | undefined {
  const parts = text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
  const tags = parts.map(part => {
    const colon = part.indexOf(':')
    return { key: part.slice(0, colon).trim(), value: part.slice(colon + 1).trim(), isTag: colon > 0 }
  })
  return tags.every(({ isTag, value }) => isTag && value !== '')
    ? tags.map(({ key, value }) => ({ key, value }))
    : undefined
}

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/

export function isSecretName(name: string): boolean {
  return name.length <= 256 && NAME.test(name)
}
