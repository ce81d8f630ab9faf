// A limit is the fold of its members: who holds a place and who waits for one. Nothing is counted beside it: whether there is room follows from the
// members alone, so that a node which takes over folds their rows and knows what the one before it knew. Those that wait form a line per share (a flow
// within a pool); the share that holds the fewest places goes first, and within it whoever came first.
import { AssertionError } from '../std/assert.ts'

/** One row: an execution that holds a place of a limit or waits for one. */
export interface LimitMember {
  readonly limitKey: string
  readonly executionId: string
  readonly isHolding: boolean
  /** The order of coming. */
  readonly rank: number
  /** Places of a pool are shared out evenly among these. */
  readonly share: string
  /** All limits that the execution is subject to: it goes on when each has room. */
  readonly keys: readonly string[]
}

export interface LimitFold {
  readonly key: string
  readonly members: Map<string, LimitMember>
  /** How many places each share holds. */
  readonly held: Map<string, number>
  /** Those that wait, by share, in the order of their coming. */
  readonly lines: Map<string, Map<string, LimitMember>>
  holding: number
  lastRank: number
}

/** The folds of all limits that are looked at, by key. */
export type Folds = (key: string) => LimitFold

/** How many may hold a place; Infinity where the limit is gone. */
export type LimitOf = (key: string) => number

export function foldLimit(key: string, members: Iterable<LimitMember>): LimitFold {
  const fold: LimitFold = { key, members: new Map(), held: new Map(), lines: new Map(), holding: 0, lastRank: 0 }
  for (const member of [...members].sort((a, b) => a.rank - b.rank)) putMember(fold, member)
  return fold
}

/** A member comes, or the one that waited holds a place now. */
export function putMember(fold: LimitFold, member: LimitMember): void {
  if (member.limitKey !== fold.key)
    throw new AssertionError(`a member of "${member.limitKey}" is none of "${fold.key}"`)
  removeMember(fold, member.executionId)
  fold.members.set(member.executionId, member)
  fold.lastRank = Math.max(fold.lastRank, member.rank)
  if (member.isHolding) {
    fold.holding += 1
    fold.held.set(member.share, (fold.held.get(member.share) ?? 0) + 1)
    return
  }
  const line = fold.lines.get(member.share) ?? new Map<string, LimitMember>()
  fold.lines.set(member.share, line.set(member.executionId, member))
}

export function removeMember(fold: LimitFold, executionId: string): LimitMember | undefined {
  const member = fold.members.get(executionId)
  if (!member) return undefined
  fold.members.delete(executionId)
  if (member.isHolding) {
    fold.holding -= 1
    const held = (fold.held.get(member.share) ?? 1) - 1
    if (held > 0) fold.held.set(member.share, held)
    else fold.held.delete(member.share)
    return member
  }
  const line = fold.lines.get(member.share)
  line?.delete(executionId)
  if (line?.size === 0) fold.lines.delete(member.share)
  return member
}

/** Whether a newcomer may go on at once: every limit has room, and nobody of its own share waits before it. */
export function hasRoom(
  folds: Folds,
  limitOf: LimitOf,
  { keys, share }: { readonly keys: readonly string[]; readonly share: string },
): boolean {
  return keys.every(key => {
    const fold = folds(key)
    return fold.holding < limitOf(key) && !fold.lines.has(share)
  })
}

/** Who goes on next at this limit: the first of the share that holds the fewest places, whose other limits have room, too. */
export function nextGranted(folds: Folds, limitOf: LimitOf, key: string): LimitMember | undefined {
  const fold = folds(key)
  if (fold.holding >= limitOf(key)) return undefined
  let best: LimitMember | undefined
  for (const line of fold.lines.values()) {
    const [first] = line.values()
    if (!first || !first.keys.every(other => folds(other).holding < limitOf(other))) continue
    if (!best || isBefore(fold, first, best)) best = first
  }
  return best
}

function isBefore({ held }: LimitFold, a: LimitMember, b: LimitMember): boolean {
  const difference = (held.get(a.share) ?? 0) - (held.get(b.share) ?? 0)
  return difference < 0 || (difference === 0 && a.rank < b.rank)
}

/** The place in the line of its share, counted from 1; undefined for one that does not wait. */
export function positionOf({ lines, members }: LimitFold, executionId: string): number | undefined {
  const member = members.get(executionId)
  if (!member || member.isHolding) return undefined
  let position = 0
  for (const id of lines.get(member.share)?.keys() ?? []) {
    position += 1
    if (id === executionId) return position
  }
  return undefined
}
