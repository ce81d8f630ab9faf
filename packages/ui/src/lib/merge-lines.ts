// Two changes of one text, put together line by line. What only one side touched is taken from there; where both touched the same lines, or lines that
// stand side by side, somebody has to choose. Nothing is dropped: every part keeps what each of the three texts has there.
import { diffLines } from './diff-lines.ts'

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
  const parts: MergePart[] = []
  let from: Place = { base: 0, mine: 0, theirs: 0 }
  for (let line = 0; line <= texts.base.length; line++) {
    const to = line === texts.base.length ? endOf(texts) : placeOf(line, inMine, inTheirs)
    if (to === undefined) continue
    const between = partOf(texts, from, to)
    if (between) parts.push(between)
    const text = texts.base[line]
    if (text !== undefined) addSame(parts, text)
    from = { base: to.base + 1, mine: to.mine + 1, theirs: to.theirs + 1 }
  }
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

/** Of a line that all three have. */
function placeOf(base: number, inMine: Kept, inTheirs: Kept): Place | undefined {
  const [mine, theirs] = [inMine.get(base), inTheirs.get(base)]
  return mine === undefined || theirs === undefined ? undefined : { base, mine, theirs }
}

type Kept = ReadonlyMap<number, number>

function linesKept(base: string, other: string): Kept {
  return new Map(
    diffLines(base, other).flatMap(change =>
      change.type === 'same' ? [[change.left - 1, change.right - 1] as const] : [],
    ),
  )
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

function addSame(parts: MergePart[], text: string): void {
  const last = parts.at(-1)
  const before = last?.type === 'same' ? last.base : []
  const lines = [...before, text]
  const same: MergePart = { type: 'same', base: lines, mine: lines, theirs: lines }
  if (last?.type === 'same') parts[parts.length - 1] = same
  else parts.push(same)
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
