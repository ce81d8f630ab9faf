// The values of a file of YAML as they come: its documents, and of a document that is one list the items. Neither a mark of documents nor
// an item of the outermost list can stand at the beginning of a line inside of a text, so that both can be found line by line.
import { TaskError, isList, linesOf, parseYaml } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'
import { decodeText } from '../charset.ts'

export interface YamlFile {
  readonly uri: string
  readonly charset: string
  /** Items of a list at the top are values of their own. */
  readonly explodes: boolean
}

export async function* readYaml(ctx: RunContext, { uri, charset, explodes }: YamlFile): AsyncGenerator<Value> {
  const bytes = encoded(decodeText(await ctx.files.open(uri), charset))
  const splitter = new YamlSplitter(explodes)
  for await (const line of linesOf(bytes)) {
    ctx.signal.throwIfAborted()
    yield* splitter.add(line)
  }
  yield* splitter.end()
}

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const text of texts) yield Buffer.from(text)
}

class YamlSplitter {
  readonly #explodes: boolean
  #held: string[] = []
  #hasContent = false
  #isItems = false
  #number = 0
  #heldFrom = 1

  constructor(explodes: boolean) {
    this.#explodes = explodes
  }

  *add(line: string): Generator<Value> {
    this.#number++
    if (/^(?:---|\.\.\.)(?:\s|$)/.test(line)) {
      yield* this.#take()
      this.#isItems = false
      const rest = line.startsWith('---') ? line.slice(3) : ''
      if (rest.trim() !== '' && !/^\s*#/.test(rest)) this.#keep(rest)
      return
    }
    // Directives before a document.
    if (!this.#hasContent && line.startsWith('%')) return
    const isContent = line.trim() !== '' && !/^\s*#/.test(line)
    if (this.#explodes && isContent && /^-(?:\s|$)/.test(line)) {
      if (this.#isItems) yield* this.#take()
      this.#isItems ||= !this.#hasContent
    }
    if (isContent) this.#keep(line)
    else this.#held.push(line)
  }

  *end(): Generator<Value> {
    yield* this.#take()
  }

  #keep(line: string): void {
    if (!this.#hasContent) this.#heldFrom = this.#number - this.#held.length
    this.#held.push(line)
    this.#hasContent = true
  }

  *#take(): Generator<Value> {
    const text = this.#held.join('\n')
    const hasContent = this.#hasContent
    this.#held = []
    this.#hasContent = false
    if (!hasContent) return
    const { value, problem } = parseYaml(text)
    if (problem !== undefined || value === undefined)
      throw new TaskError(
        `the YAML that begins in line ${this.#heldFrom} cannot be read: ${problem ?? 'it holds nothing'}`,
      )
    if (this.#explodes && isList(value)) yield* value
    else yield value
  }
}
