// The parser of YAML for the text in the editor and for the trees that are read from it: after a change it reads what has changed. In @lezer/yaml 1.0.4
// blocks that only the end of the text closes, or of the part that there was time for, stay open in the tracker of contexts: what ends there, as the tasks of
// most flows do, has another context than the next reading expects, so nothing of it was used again, and each key read the whole text. Here a block that is
// over is closed: a key in 5,000 lines takes 0.1 to 2 ms instead of 24. And what would be used again wrongly is kept from it: a text without errors that is
// read whole has the same tree, however it was written.
import { trust } from '@batuta/core'
import { Parser, TreeFragment, type Input, type PartialParse, type Tree } from '@lezer/common'
import { parser } from '@lezer/yaml'
import { firstError, isWhole } from './first-error.ts'

interface Context {
  readonly parent: Context | null
}

/** As the parser keeps it; its types do not tell. `input` stands where the term begins. */
interface Tracker {
  readonly shift: (context: Context, term: number, stack: unknown, input: Place) => Context
  readonly reduce: (context: Context, term: number, stack: unknown, input: Place) => Context
}

interface Place {
  readonly pos: number
  /** Below 0 at the end of the text. */
  readonly next: number
}

const { context: tracker } = trust<{ readonly context: Tracker }>(parser)
const { types } = parser.nodeSet
const blocks = new Set(types.filter(({ name }) => /^Block(Mapping|Sequence)$/.test(name)).map(({ id }) => id))
/** Where the blocks begin that the contexts are of. */
const starts = new WeakMap<Context, number>()

const closedByEnd: Tracker = {
  ...tracker,
  shift: (context, term, stack, input) => {
    // Higher numbers are of terms that no tree shows: here only the end of the text.
    if (term >= types.length && input.next < 0) return context.parent ?? context
    const next = tracker.shift(context, term, stack, input)
    if (next.parent === context) starts.set(next, input.pos)
    return next
  },
}

/** A text that is read in parts, as there is time, is over in the middle of blocks, again and again. */
const closedAnyhow: Tracker = {
  ...closedByEnd,
  reduce: (context, term, stack, input) => {
    const isOpen = blocks.has(term) && (starts.get(context) ?? -1) >= input.pos
    return isOpen ? (context.parent ?? context) : tracker.reduce(context, term, stack, input)
  },
}

type Fragments = readonly TreeFragment[]

export class YamlParser extends Parser {
  readonly #parser: typeof parser
  /** Of trees with errors: what their own reading had of others. */
  readonly #sources = new WeakMap<Tree, Fragments>()

  /** `yaml`: the parser of @lezer/yaml, whatever was added to it. */
  constructor(yaml: typeof parser, { isInParts = false } = {}) {
    super()
    this.#parser = yaml.configure({ contextTracker: isInParts ? closedAnyhow : closedByEnd })
  }

  override createParse(...[input, fragments, ranges]: Parameters<Parser['createParse']>): PartialParse {
    const sources = fragments.flatMap(fragment => this.#sourcesOf(fragment))
    const safe = sources.flatMap(fragment => narrow(fragment, input))
    const inner = this.#parser.createParse(input, safe, ranges)
    return {
      advance: () => {
        const tree = inner.advance()
        if (tree && !isWhole(tree)) this.#sources.set(tree, sources)
        return tree
      },
      get parsedPos() {
        return inner.parsedPos
      },
      get stoppedAt() {
        return inner.stoppedAt
      },
      stopAt: place => inner.stopAt(place),
    }
  }

  /** Behind an error contexts are not what they seem: there only what that tree itself was made of is used. */
  #sourcesOf(fragment: TreeFragment): Fragments {
    const { from, to, tree, offset, openStart } = fragment
    const end = firstError(tree) - offset
    if (end >= to) return [fragment]
    const sources = (this.#sources.get(tree) ?? []).flatMap(source => overlap(source, fragment))
    if (end <= from) return sources
    const before = new TreeFragment(from, end, tree, offset, openStart, true)
    return [before, ...sources.flatMap(source => after(source, end))]
  }
}

function after(source: TreeFragment, place: number): Fragments {
  if (source.from >= place) return [source]
  if (source.to <= place) return []
  return [new TreeFragment(place, source.to, source.tree, source.offset, true, source.openEnd)]
}

/** `source` is a fragment for the tree of `fragment`. */
function overlap(source: TreeFragment, { from, to, offset, openStart, openEnd }: TreeFragment): Fragments {
  const [start, end] = [source.from - offset, source.to - offset]
  if (Math.max(start, from) >= Math.min(end, to)) return []
  const isOpen = { start: start >= from ? source.openStart : openStart, end: end <= to ? source.openEnd : openEnd }
  const range = [Math.max(start, from), Math.min(end, to)] as const
  return [new TreeFragment(...range, source.tree, source.offset + offset, isOpen.start, isOpen.end)]
}

/** Without what a change beside it may mean something for: where a block ends shows the next line that says something, and that may be lines below. */
function narrow({ from, to, tree, offset, openStart, openEnd }: TreeFragment, input: Input): Fragments {
  const start = openStart ? nextLine(input, from) : from
  const end = openEnd ? contentAbove(input, to) : to
  return start < end ? [new TreeFragment(start, end, tree, offset, openStart, openEnd)] : []
}

const WINDOW = 1_000
const CONTENT = /^[ \t]*[^\s#]/

function nextLine(input: Input, place: number): number {
  for (let size = WINDOW; ; size *= 2) {
    const end = Math.min(input.length, place + size)
    const found = input.read(place, end).indexOf('\n')
    if (found >= 0) return place + found + 1
    if (end === input.length) return end
  }
}

/** Where the last line begins that says something above the line of the place. */
function contentAbove(input: Input, place: number): number {
  for (let size = WINDOW; ; size *= 2) {
    const start = Math.max(0, place - size)
    const lines = input.read(start, place).split('\n')
    // The last is that of the place; of the first the beginning may be missing.
    for (
      let index = lines.length - 2, at = place - (lines.at(-1)?.length ?? 0);
      index >= (start === 0 ? 0 : 1);
      index--
    ) {
      const line = lines[index] ?? ''
      at -= line.length + 1
      if (CONTENT.test(line)) return at
    }
    if (start === 0) return 0
  }
}
