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
  return Array.isArray(texts) && texts.length > LISTED_MAX ? new TextList(texts, texts.length) : texts
}

export class TextList implements Texts {
  readonly length: number
  readonly #blocks: string[] = []
  /** Where each text ends in its block. */
  readonly #ends: Uint32Array

  constructor(texts: Iterable<string>, lengthMax: number) {
    const ends = new Uint32Array(lengthMax)
    let block: string[] = []
    let end = 0
    let count = 0
    for (const text of texts) {
      block.push(text)
      ends[count] = end += text.length
      count += 1
      if (block.length < BLOCK) continue
      this.#blocks.push(block.join(''))
      block = []
      end = 0
    }
    if (block.length > 0) this.#blocks.push(block.join(''))
    this.length = count
    this.#ends = count === lengthMax ? ends : ends.slice(0, count)
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
