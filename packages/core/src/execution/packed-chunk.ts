// A thousand places of the run list. While runs are put into it its columns have room for any of them; then each column takes as few bytes as its
// numbers need, and the texts become one.
import { areEqual, packColumn, readColumn, type NumberColumn } from '../std/number-column.ts'

export const CHUNK = 1024

/** Moments of the history, then start and end of the attempt. */
export const TIMES = 6
const NUMBERS = ['shape', 'task', 'parent', 'lane', 'iteration', 'epoch', 't0', 't1', 't2', 't3', 't4', 't5'] as const
/** The index of its shape and one; 0 where nothing is packed. */
export const [SHAPE, TASK, PARENT, LANE, ITERATION, EPOCH, FIRST_TIME] = [0, 1, 2, 3, 4, 5, 6] as const

/** Room for any runs; taken over by the next chunk when this one is packed. */
export interface Loose {
  readonly type: 'loose'
  /** All numbers of one run side by side. */
  readonly cells: Float64Array
  readonly texts: string[]
}

/** Never changed. */
export interface Tight {
  readonly type: 'tight'
  readonly columns: readonly NumberColumn[]
  readonly text: string
  readonly ends: NumberColumn
}

export interface FrozenChunk {
  readonly count: number
  readonly content: Tight
}

export class PackedChunk {
  count = 0
  #content: Loose | Tight

  constructor(content: Loose | Tight = newLoose()) {
    this.#content = content
  }

  static from({ count, content }: FrozenChunk): PackedChunk {
    const chunk = new PackedChunk(content)
    chunk.count = count
    return chunk
  }

  /** As it is now, whatever becomes of it. */
  freeze(): FrozenChunk {
    const content = this.#content
    return { count: this.count, content: content.type === 'tight' ? content : tightened(content) }
  }

  number(at: number, column: number): number {
    const content = this.#content
    if (content.type === 'loose') return content.cells[at * NUMBERS.length + column] ?? 0
    const packed = content.columns[column]
    return packed ? readColumn(packed, at) : 0
  }

  text(at: number): string {
    const content = this.#content
    if (content.type === 'loose') return content.texts[at] ?? ''
    return content.text.slice(at === 0 ? 0 : readColumn(content.ends, at - 1), readColumn(content.ends, at))
  }

  /** `numbers` in the order of the columns. */
  put(at: number, numbers: readonly number[], text: string): void {
    const { cells, texts } = this.#loosen()
    cells.set(numbers, at * NUMBERS.length)
    texts[at] = text
    this.count += 1
  }

  take(at: number): void {
    const { cells, texts } = this.#loosen()
    cells[at * NUMBERS.length + SHAPE] = 0
    texts[at] = ''
    this.count -= 1
  }

  /** Packs it, and gives back the room that it had. */
  tighten(): Loose | undefined {
    const content = this.#content
    if (content.type === 'tight') return undefined
    this.#content = tightened(content)
    content.cells.fill(0)
    content.texts.fill('')
    return content
  }

  #loosen(): Loose {
    if (this.#content.type === 'loose') return this.#content
    const loose = newLoose()
    for (let at = 0; at < CHUNK; at++) {
      loose.texts[at] = this.text(at)
      for (let column = 0; column < NUMBERS.length; column++)
        loose.cells[at * NUMBERS.length + column] = this.number(at, column)
    }
    this.#content = loose
    return loose
  }
}

function tightened({ cells, texts }: Loose): Tight {
  const numbers = NUMBERS.map((_, column) =>
    Float64Array.from({ length: CHUNK }, (_none, at) => cells[at * NUMBERS.length + column] ?? 0),
  )
  const columns: NumberColumn[] = []
  numbers.forEach((own, index) => {
    // The moments of a run in a turn are mostly the same, and so are lane and iteration.
    const same = numbers.findIndex((other, before) => before < index && areEqual(other, own))
    const known = columns[same]
    columns.push(known ?? packColumn(own))
  })
  let end = 0
  const ends = packColumn(Float64Array.from(texts, text => (end += text.length)))
  return { type: 'tight', columns, text: texts.join(''), ends }
}

function newLoose(): Loose {
  return {
    type: 'loose',
    cells: new Float64Array(CHUNK * NUMBERS.length),
    texts: Array.from({ length: CHUNK }, () => ''),
  }
}
