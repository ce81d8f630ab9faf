// Two changes of one text, put together line by line. What only one side touched is taken from there; where both touched the same lines, or both put
// something at the same place, somebody has to choose. A line whose value was changed is still the line of its key: what is put in beside it is
// another change. Nothing is dropped: every part keeps what each of the three texts has there.
import { diffLines, type LineChange } from './diff-lines.ts'

export type MergePartType = 'same' | 'mine' | 'theirs' | 'alike' | 'conflict'

export interface MergePart {
  /** Who changed it; `alike`: both, in the same way. */
  readonly type: MergePartType
  readonly base: readonly string[]
  readonly mine: readonly string[]
  readonly theirs: readonly string[]
}

export type MergeChoice = 'base' | 'mine' | 'theirs' | 'theirs-mine' | 'mine-theirs'

export interface MergeTexts {
  readonly base: string
  readonly mine: string
  readonly theirs: string
}

export function mergeLines({ base, mine, theirs }: MergeTexts): readonly MergePart[] {
  const [inMine, inTheirs] = [linesKept(base, mine), linesKept(base, theirs)]
  const texts = { base: linesOf(base), mine: linesOf(mine), theirs: linesOf(theirs) }
  const parts: Growing[] = []
  let from: Place = { base: 0, mine: 0, theirs: 0 }
  for (const line of texts.base.keys()) {
    const at = placeOf(line, inMine, inTheirs)
    if (at === undefined) continue
    const next = { base: at.base + 1, mine: at.mine + 1, theirs: at.theirs + 1 }
    add(parts, partOf(texts, from, at))
    add(parts, partOf(texts, at, next))
    from = next
  }
  add(parts, partOf(texts, from, endOf(texts)))
  return parts
}

interface Place {
  readonly base: number
  readonly mine: number
  readonly theirs: number
}

interface Lines {
  readonly base: readonly string[]
  readonly mine: readonly string[]
  readonly theirs: readonly string[]
}

function endOf({ base, mine, theirs }: Lines): Place {
  return { base: base.length, mine: mine.length, theirs: theirs.length }
}

/** Of a line that all three have, changed or not. */
function placeOf(base: number, inMine: Kept, inTheirs: Kept): Place | undefined {
  const [mine, theirs] = [inMine.get(base), inTheirs.get(base)]
  return mine === undefined || theirs === undefined ? undefined : { base, mine, theirs }
}

type Kept = ReadonlyMap<number, number>

/** By lines of the base; of those that were changed by the key that they begin with. */
function linesKept(base: string, other: string): Kept {
  const kept = new Map<number, number>()
  let [gone, come]: [LineChange[], LineChange[]] = [[], []]
  const pair = (): void => {
    for (const [one, another] of sameKeys(gone, come)) kept.set(one, another)
    ;[gone, come] = [[], []]
  }
  for (const change of diffLines(base, other)) {
    if (change.type === 'removed') gone.push(change)
    else if (change.type === 'added') come.push(change)
    else {
      pair()
      kept.set(change.left - 1, change.right - 1)
    }
  }
  pair()
  return kept
}

const KEY = /^(\s*(?:- )?[\w.$-]+):(?:\s|$)/

/** In their order on both sides. */
function sameKeys(gone: readonly LineChange[], come: readonly LineChange[]): readonly (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = []
  let next = 0
  for (const line of gone) {
    const key = KEY.exec(line.text)?.[1]
    const at =
      key === undefined ? -1 : come.findIndex(({ text }, index) => index >= next && KEY.exec(text)?.[1] === key)
    const found = come[at]
    if (line.type !== 'removed' || found?.type !== 'added') continue
    pairs.push([line.left - 1, found.right - 1])
    next = at + 1
  }
  return pairs
}

function partOf(texts: Lines, from: Place, to: Place): MergePart | undefined {
  const base = texts.base.slice(from.base, to.base)
  const mine = texts.mine.slice(from.mine, to.mine)
  const theirs = texts.theirs.slice(from.theirs, to.theirs)
  if (base.length + mine.length + theirs.length === 0) return undefined
  return { type: typeOf({ base, mine, theirs }), base, mine, theirs }
}

function typeOf({ base, mine, theirs }: Lines): MergePartType {
  if (isEqual(mine, theirs)) return isEqual(base, mine) ? 'same' : 'alike'
  if (isEqual(base, mine)) return 'theirs'
  return isEqual(base, theirs) ? 'mine' : 'conflict'
}

interface Growing {
  readonly type: MergePartType
  readonly base: string[]
  readonly mine: string[]
  readonly theirs: string[]
}

/** What stands side by side and is of one kind is one part. */
function add(parts: Growing[], part: MergePart | undefined): void {
  if (!part) return
  const { type, base, mine, theirs } = part
  const last = parts.at(-1)
  if (last?.type !== type) {
    parts.push({ type, base: [...base], mine: [...mine], theirs: [...theirs] })
    return
  }
  for (const line of base) last.base.push(line)
  for (const line of mine) last.mine.push(line)
  for (const line of theirs) last.theirs.push(line)
}

function isEqual(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, index) => line === other[index])
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

/** What is taken where nobody has chosen; undefined where somebody has to. */
export function choiceOf({ type }: MergePart, chosen: MergeChoice | undefined): MergeChoice | undefined {
  if (chosen !== undefined) return chosen
  switch (type) {
    case 'same':
      return 'base'
    case 'mine':
    case 'alike':
      return 'mine'
    case 'theirs':
      return 'theirs'
    case 'conflict':
      return undefined
  }
}

export function linesChosen({ base, mine, theirs }: MergePart, choice: MergeChoice): readonly string[] {
  switch (choice) {
    case 'base':
      return base
    case 'mine':
      return mine
    case 'theirs':
      return theirs
    case 'theirs-mine':
      return [...theirs, ...mine]
    case 'mine-theirs':
      return [...mine, ...theirs]
  }
}

/** The text that comes of it; undefined as long as something has to be chosen. */
export function mergedText(parts: readonly MergePart[], choices: ReadonlyMap<number, MergeChoice>): string | undefined {
  const lines: string[] = []
  for (const [index, part] of parts.entries()) {
    const choice = choiceOf(part, choices.get(index))
    if (choice === undefined) return undefined
    for (const line of linesChosen(part, choice)) lines.push(line)
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}
