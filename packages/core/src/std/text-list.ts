// Many short texts as one: a million values of a loop are 11 MB this way, and 40 MB as strings of their own.

/** A list of texts, or an array. */
export interface Texts extends Iterable<string> {
  readonly length: number
  at(index: number): string | undefined
}

/** Texts of so many lie together. */
const BLOCK = 1024

/** More than these are kept as one. */
const LISTED_MAX = 1_000

export function textsOf(texts: Texts): Texts {
  return Array.isArray(texts) && texts.length > LISTED_MAX ? TextList.of(texts, texts.length) : texts
}

/** What a list is made of, in plain objects. */
export interface FrozenTexts {
  readonly length: number
  readonly blocks: readonly string[]
  readonly ends: Uint32Array
}

export class TextList implements Texts {
  readonly length: number
  readonly #blocks: readonly string[]
  /** Where each text ends in its block. */
  readonly #ends: Uint32Array

  constructor({ length, blocks, ends }: FrozenTexts) {
    this.length = length
    this.#blocks = blocks
    this.#ends = ends
  }

  static of(texts: Iterable<string>, lengthMax: number): TextList {
    const ends = new Uint32Array(lengthMax)
    const blocks: string[] = []
    let block: string[] = []
    let end = 0
    let count = 0
    for (const text of texts) {
      block.push(text)
      ends[count] = end += text.length
      count += 1
      if (block.length < BLOCK) continue
      blocks.push(block.join(''))
      block = []
      end = 0
    }
    if (block.length > 0) blocks.push(block.join(''))
    return new TextList({ length: count, blocks, ends: count === lengthMax ? ends : ends.slice(0, count) })
  }

  /** It is never changed. */
  freeze(): FrozenTexts {
    return { length: this.length, blocks: this.#blocks, ends: this.#ends }
  }

  at(index: number): string | undefined {
    if (index < 0 || index >= this.length) return undefined
    const start = index % BLOCK === 0 ? 0 : this.#ends[index - 1]
    return this.#blocks[Math.floor(index / BLOCK)]?.slice(start, this.#ends[index])
  }

  *[Symbol.iterator](): Iterator<string> {
    for (let index = 0; index < this.length; index++) yield this.at(index) ?? ''
  }
}

/** As JSON, a block at a time: a million texts are never all there at once. */
export function encodeTexts(texts: Texts): string {
  if (Array.isArray(texts)) return JSON.stringify(texts)
  let json = ''
  let block: string[] = []
  const add = (): void => {
    if (block.length > 0) json += `${json === '' ? '' : ','}${JSON.stringify(block).slice(1, -1)}`
    block = []
  }
  for (const text of texts) {
    block.push(text)
    if (block.length === BLOCK) add()
  }
  add()
  return `[${json}]`
}
