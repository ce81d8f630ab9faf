import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { TaskError } from '@batuta/plugin-sdk'

export interface XmlScan {
  open?(name: string, attributes: Readonly<Record<string, string>>): void
  /** Of the innermost element; a long text may come in parts. */
  text?(text: string, name: string): void
  close?(name: string): void
}

const DEPTH_MAX = 256

/** Walks through a document as it comes. */
export async function scanXml(stream: AsyncIterable<Uint8Array> | Readable, scan: XmlScan): Promise<void> {
  const parts = scanXmlInParts(stream, scan)
  while ((await parts.next()).done !== true);
}

/** The same, with a pause after every portion, so that what was found can be taken. */
export async function* scanXmlInParts(
  stream: AsyncIterable<Uint8Array> | Readable,
  scan: XmlScan,
): AsyncGenerator<undefined> {
  const { default: sax } = await import('sax')
  const parser = sax.parser(true, {})
  const names: string[] = []
  const local = (name: string): string => name.slice(name.indexOf(':') + 1)
  parser.onerror = error => {
    throw new TaskError(`a part of the Excel file is no XML: ${error.message.split('\n')[0]}`)
  }
  parser.onopentag = ({ name, attributes }) => {
    if (names.length >= DEPTH_MAX)
      throw new TaskError(`a part of the Excel file is nested deeper than ${DEPTH_MAX} levels`)
    names.push(local(name))
    const plain: Record<string, string> = {}
    for (const [key, value] of Object.entries(attributes)) plain[key] = String(value)
    scan.open?.(local(name), plain)
  }
  parser.ontext = text => scan.text?.(text, names.at(-1) ?? '')
  parser.oncdata = text => scan.text?.(text, names.at(-1) ?? '')
  parser.onclosetag = name => {
    scan.close?.(local(name))
    names.pop()
  }
  const decoder = new StringDecoder('utf8')
  for await (const chunk of stream) {
    parser.write(decoder.write(Buffer.from(chunk)))
    yield undefined
  }
  parser.write(decoder.end()).close()
}
