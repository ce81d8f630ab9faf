// Elements as values: an element with neither attributes nor children is its text, any other a map.
import { Decimal, TaskError, mapFrom, toDouble, toInteger } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import type { SAXParser } from 'sax'

const DEPTH_MAX = 256

export interface XmlRowsOptions {
  /** Where the rows are; undefined takes the document as one. */
  readonly path: readonly string[] | undefined
  readonly forceList: ReadonlySet<string>
}

interface Open {
  readonly name: string
  /** In the order in which they came first. */
  readonly fields: Map<string, Value[]>
  text: string
  /** Whether its value is wanted: it is a row, or inside of one. */
  readonly isKept: boolean
}

export class XmlRows {
  readonly #parser: SAXParser
  readonly #path: readonly string[] | undefined
  readonly #nth: number | undefined
  readonly #forceList: ReadonlySet<string>
  readonly #open: Open[] = []
  #found: Value[] = []
  #seen = 0

  static async open(options: XmlRowsOptions): Promise<XmlRows> {
    const { default: sax } = await import('sax')
    return new XmlRows(sax.parser(true, {}), options)
  }

  private constructor(parser: SAXParser, { path, forceList }: XmlRowsOptions) {
    const last = path?.at(-1)
    this.#nth = last !== undefined && /^\d+$/.test(last) ? Number(last) : undefined
    this.#path = this.#nth === undefined ? path : path?.slice(0, -1)
    this.#forceList = forceList
    this.#parser = parser
    parser.onerror = error => {
      throw new TaskError(`the file is no XML: ${error.message.replaceAll('\n', ', ')}`)
    }
    parser.onopentag = tag =>
      this.#begin(
        tag.name,
        Object.entries(tag.attributes).map(([key, value]) => [key, String(value)]),
      )
    parser.ontext = text => this.#text(text)
    parser.oncdata = text => this.#text(text)
    parser.onclosetag = () => this.#end()
  }

  /** The rows that the text completes. */
  feed(text: string): readonly Value[] {
    this.#parser.write(text)
    return this.#take()
  }

  end(): readonly Value[] {
    this.#parser.close()
    return this.#take()
  }

  #take(): readonly Value[] {
    const found = this.#found
    this.#found = []
    return found
  }

  #begin(name: string, attributes: readonly (readonly [string, string])[]): void {
    if (this.#open.length >= DEPTH_MAX) throw new TaskError(`the file is nested deeper than ${DEPTH_MAX} levels`)
    const parent = this.#open.at(-1)
    const isRow = this.#isRow(name)
    const isKept = parent?.isKept === true || isRow || this.#path === undefined
    const fields = new Map<string, Value[]>()
    if (isKept) for (const [key, value] of attributes) fields.set(key, [guess(value)])
    this.#open.push({ name, fields, text: '', isKept })
    if (!isKept) this.#findAttribute(name, attributes)
  }

  #isRow(name: string): boolean {
    const path = this.#path
    if (path?.length !== this.#open.length + 1 || path.at(-1) !== name) return false
    return this.#open.every(({ name: each }, at) => each === path[at])
  }

  /** A path may end in the name of an attribute. */
  #findAttribute(name: string, attributes: readonly (readonly [string, string])[]): void {
    const path = this.#path
    if (path?.length !== this.#open.length + 1 || path.at(-2) !== name) return
    if (!this.#open.every(({ name: each }, at) => each === path[at])) return
    const value = attributes.find(([key]) => key === path.at(-1))?.[1]
    if (value !== undefined) this.#add(guess(value))
  }

  #text(text: string): void {
    const open = this.#open.at(-1)
    if (open?.isKept === true) open.text += text
  }

  #end(): void {
    const ended = this.#open.pop()
    if (ended?.isKept !== true) return
    const parent = this.#open.at(-1)
    const value = this.#valueOf(ended)
    if (parent?.isKept === true) {
      const before = parent.fields.get(ended.name)
      if (before === undefined) parent.fields.set(ended.name, [value])
      else before.push(value)
    } else
      this.#add(
        this.#path === undefined ? mapFrom([[ended.name, this.#forceList.has(ended.name) ? [value] : value]]) : value,
      )
  }

  #add(value: Value): void {
    const at = this.#seen++
    if (this.#nth === undefined || this.#nth === at) this.#found.push(value)
  }

  #valueOf({ fields, text }: Open): Value {
    if (fields.size === 0) return guess(text.trim())
    const entries = Array.from(fields, ([name, values]): readonly [string, Value] => {
      const [first = null] = values
      return [name, values.length > 1 || this.#forceList.has(name) ? values : first]
    })
    const content = text.trim()
    return mapFrom(content === '' ? entries : [...entries, ['content', guess(content)]])
  }
}

/** Numbers and booleans as they are usually written; `007` is a text. */
function guess(text: string): Value {
  if (text === 'true') return true
  if (text === 'false') return false
  if (text === 'null') return null
  if (!/^-?\d/.test(text) || text.length > 400) return text
  if (/^-?(?:0|[1-9]\d*)$/.test(text)) return text === '-0' ? toDouble(-0) : toInteger(BigInt(text))
  const match = /^(-?(?:0|[1-9]\d*))\.(\d+)$/.exec(text)
  if (match !== null) return new Decimal(BigInt(`${match[1]}${match[2]}`), match[2]?.length ?? 0)
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?[eE][+-]?\d{1,3}$/.test(text) ? toDouble(Number(text)) : text
}
