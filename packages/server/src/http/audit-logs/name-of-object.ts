// What the object of an entry was called then: an id alone tells a reader nothing, and the object may be gone.
type Document = Readonly<Record<string, unknown>>

const NAMES = ['name', 'displayName', 'username', 'member', 'email', 'title'] as const

/** Of its state as it was noted; of a binding who has which role where. Undefined where the state tells no name. */
export function nameOfObject(state: unknown): string | undefined {
  if (!isDocument(state)) return undefined
  const { user, group, role, namespace } = state
  if (!isDocument(role)) return ownNameOf(state)
  const parts = [isDocument(user) ? ownNameOf(user) : isDocument(group) ? ownNameOf(group) : undefined, ownNameOf(role)]
  return [...parts, typeof namespace === 'string' ? namespace : undefined].filter(Boolean).join(' · ') || undefined
}

function ownNameOf(state: Document): string | undefined {
  for (const key of NAMES) {
    const value = state[key]
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
