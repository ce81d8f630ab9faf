// A group that has ended, as a line of JSON: the loops inside of a large loop are as many as its iterations, and an object of a group is a kilobyte.
import { assert } from '../std/assert.ts'
import { trust } from '../std/trust.ts'
import { isList, type Value } from '../std/value.ts'
import { decodeValue, encodeValue } from '../std/value-json.ts'
import { newGroup, type FinalState, type Group, type Phase } from './state.ts'

/** Whoever looks at a child reads its group: a larger one is worth an object. */
const PACKED_MAX = 512

/** Nothing of it is under way, and nothing is kept beside it. */
export function isPackable(group: Group): boolean {
  if (group.children.length + (group.values?.length ?? 0) > PACKED_MAX) return false
  if (group.iterations || group.live > 0 || group.beginning > 0 || group.handlerRun !== undefined) return false
  return group.lanes.size === 0 && group.ready.length === 0 && group.crowded.size === 0
}

/** In this order; what is last and as it is in a new group is left out. */
const COUNTS = ['laneCount', 'laneLimit', 'nextLane', 'handlerAt', 'failed', 'killed', 'warned', 'retrying'] as const

export function packGroup(group: Group): string {
  const row: Value[] = [
    group.phase,
    group.branch,
    spansOf(group.children),
    group.values ? [...group.values] : null,
    group.verdict ?? null,
    group.pass ?? null,
    (group.isFanned ? 1 : 0) + (group.isDirectory ? 2 : 0),
    ...COUNTS.map(name => group[name]),
  ]
  while (row.at(-1) === 0) row.pop()
  return encodeValue(row)
}

export function unpackGroup(text: string): Group {
  const row = decodeValue(text)
  assert(isList(row), 'a packed group is a list')
  const [phase, branch, children, values, verdict, pass, flags = 0, ...counts] = row
  const group = newGroup(trust<readonly number[]>(branch))
  group.phase = trust<Phase>(phase)
  group.children = spelledOut(trust<readonly number[]>(children))
  group.isFanned = (Number(flags) & 1) > 0
  if ((Number(flags) & 2) > 0) group.isDirectory = true
  if (values !== null) group.values = trust<readonly string[]>(values)
  if (verdict !== null) group.verdict = trust<FinalState>(verdict)
  if (pass !== null) group.pass = trust<number>(pass)
  COUNTS.forEach((name, index) => (group[name] = Number(counts[index] ?? 0)))
  return group
}

/** Where each of them begins, and how many there are: children of one group are often created one after the other. */
function spansOf(ordinals: readonly number[]): readonly number[] {
  const spans: number[] = []
  let next: number | undefined
  for (const ordinal of ordinals) {
    if (ordinal === next) spans[spans.length - 1] = (spans.at(-1) ?? 0) + 1
    else spans.push(ordinal, 1)
    next = ordinal + 1
  }
  return spans
}

function spelledOut(spans: readonly number[]): number[] {
  const ordinals: number[] = []
  for (let index = 0; index < spans.length; index += 2)
    for (let more = 0; more < (spans[index + 1] ?? 0); more++) ordinals.push((spans[index] ?? 0) + more)
  return ordinals
}
