import { decodeValue, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'
import { decodeText } from '../charset.ts'
import { JsonSplitter } from './json-splitter.ts'

export interface JsonFile {
  readonly uri: string
  readonly charset: string
  /** The items of an array at the top are values of their own. */
  readonly explodes: boolean
}

/** The values of a file of JSON in the portions that they come in. */
export async function* readJson(ctx: RunContext, file: JsonFile): AsyncGenerator<readonly Value[]> {
  const splitter = new JsonSplitter(file)
  let count = 0
  const parse = (text: string): Value => parseValue(text, ++count)
  for await (const chunk of decodeText(await ctx.files.open(file.uri), file.charset)) {
    ctx.signal.throwIfAborted()
    yield splitter.feed(chunk).map(parse)
  }
  yield splitter.feed('', true).map(parse)
}

function parseValue(text: string, number: number): Value {
  try {
    return decodeValue(text)
  } catch (cause) {
    throw new TaskError(`value ${number} of the file cannot be read: ${text.slice(0, 100)}`, { cause })
  }
}
