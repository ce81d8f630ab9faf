// What is written and not saved, kept in this browser for each tab. A tab holds a lock on its own draft for as long as it lives; a draft whose lock
// nobody holds is of a tab that is gone – closed, crashed, or the browser with it – and can be taken up. Where there are no locks (plain HTTP to
// another machine) every draft of another tab counts as left behind.
const PREFIX = 'batuta.draft:'
/** Of all flows together; beyond, the oldest go. */
const DRAFTS_MAX = 50

export interface Draft {
  readonly text: string
  readonly atMs: number
  /** The revision that it is a change of; absent for a flow that is not there yet. */
  readonly base?: number
}

export interface LeftDraft extends Draft {
  readonly key: string
}

/** From then on nothing is kept: who was here has signed out. */
let isOver = false

export interface DraftSlot {
  /** Undefined takes it away. False: the browser refuses to keep it. */
  write(draft: Draft | undefined): boolean
  /** Of tabs that are gone, the latest first. */
  findLeft(): Promise<readonly LeftDraft[]>
  remove(key: string): void
  close(): void
}

export function openDraftSlot(name: string): DraftSlot {
  const own = `${PREFIX}${name}#${randomName()}`
  const release = holdLock(own)
  return {
    write: draft => writeDraft(own, draft),
    findLeft: async () => {
      const alive = await heldLocks()
      return draftsBelow(`${PREFIX}${name}#`).filter(({ key }) => key !== own && !alive.has(key))
    },
    remove: key => void writeDraft(key, undefined),
    close: release,
  }
}

/** Of all tabs of this browser. */
export function countDrafts(): number {
  return draftsBelow(PREFIX).length
}

/** They belong to whoever was here, and not to who comes next. */
export function forgetDrafts(): void {
  isOver = true
  for (const { key } of draftsBelow(PREFIX)) localStorage.removeItem(key)
}

function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), byte => byte.toString(36)).join('')
}

/** Undefined where the page is no secure one, whatever the types say. */
function locks(): LockManager | undefined {
  return 'locks' in navigator ? navigator.locks : undefined
}

function holdLock(name: string): () => void {
  let release = (): void => {}
  const isOver = new Promise<void>(resolve => {
    release = resolve
  })
  void locks()?.request(name, () => isOver)
  return () => release()
}

async function heldLocks(): Promise<ReadonlySet<string>> {
  const { held = [] } = (await locks()?.query()) ?? {}
  return new Set(held.flatMap(({ name }) => (name === undefined ? [] : [name])))
}

function writeDraft(key: string, draft: Draft | undefined): boolean {
  try {
    if (draft === undefined || isOver) localStorage.removeItem(key)
    else {
      localStorage.setItem(key, JSON.stringify(draft))
      for (const { key: old } of draftsBelow(PREFIX).slice(DRAFTS_MAX)) localStorage.removeItem(old)
    }
    return true
  } catch {
    return false // Forbidden or full: whoever writes is told.
  }
}

function draftsBelow(prefix: string): readonly LeftDraft[] {
  try {
    const keys = Object.keys(localStorage).filter(key => key.startsWith(prefix))
    return keys
      .flatMap(key => readDraft(key, localStorage.getItem(key) ?? ''))
      .toSorted((one, other) => other.atMs - one.atMs)
  } catch {
    return [] // Forbidden: as if nothing had been kept.
  }
}

function readDraft(key: string, kept: string): readonly LeftDraft[] {
  try {
    const draft: unknown = JSON.parse(kept)
    if (typeof draft !== 'object' || draft === null || !('text' in draft) || !('atMs' in draft)) return []
    const { text, atMs } = draft
    if (typeof text !== 'string' || typeof atMs !== 'number') return []
    const base = 'base' in draft && typeof draft.base === 'number' ? { base: draft.base } : {}
    return [{ key, text, atMs, ...base }]
  } catch {
    return [] // Not ours, or cut off: as if it had not been kept.
  }
}
