// Lines in reverse order, without holding the file: it is read backwards in blocks from a local copy.
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { extname } from 'node:path'
import { defineTask, p, TaskError } from '@batuta/plugin-sdk'

const BLOCK_BYTES = 256 * 1024
const LINE_BYTES_MAX = 64 * 1024 * 1024

export const reverse = defineTask({
  type: 'io.kestra.plugin.core.storage.Reverse',
  aliases: ['io.kestra.core.tasks.storages.Reverse'],
  title: 'Put the lines of a file in reverse order.',
  properties: {
    from: p.string().dynamic().required().storageUri().group('main'),
    separator: p.string().dynamic().default('\n').title('What ends a line.'),
    charset: p.string().dynamic().default('UTF-8').title('Charset of the file.'),
  },
  outputs: [{ name: 'uri', type: 'uri', description: 'The new file.' }],
  examples: [{ title: 'Reverse an output.', code: 'from: "{{ outputs.extract.uri }}"' }],
  async run(ctx, props) {
    const from = await props.from.render()
    const separator = encodeIn(await props.charset.render(), await props.separator.render())
    if (separator.length === 0) throw new TaskError('property "separator" must not be empty')
    const path = await ctx.workingDir.createPath()
    await ctx.files.copyTo(from, path)
    const file = await open(path)
    try {
      return { uri: await ctx.files.put(linesBackwards(file, separator), { extension: extname(from) }) }
    } finally {
      await file.close()
    }
  },
})

/** Charsets that hold ASCII as single bytes need nothing special: the lines themselves are moved as bytes. */
function encodeIn(charset: string, text: string): Buffer {
  const name = charset.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (name === 'utf16' || name === 'utf16be') return Buffer.from(text, 'utf16le').swap16()
  if (name === 'utf16le') return Buffer.from(text, 'utf16le')
  return Buffer.from(text, name === 'utf8' ? 'utf8' : 'latin1')
}

async function* linesBackwards(file: FileHandle, separator: Buffer): AsyncGenerator<Uint8Array> {
  let position = (await file.stat()).size
  let held: Buffer = Buffer.alloc(0)
  let isFirst = true
  while (position > 0) {
    const length = Math.min(BLOCK_BYTES, position)
    position -= length
    const block = Buffer.alloc(length)
    await file.read(block, 0, length, position)
    held = Buffer.concat([block, held])
    for (let at = held.lastIndexOf(separator); at >= 0; at = held.lastIndexOf(separator)) {
      const line = held.subarray(at + separator.length)
      // The separator that ends the file begins no line.
      if (!isFirst || line.length > 0) yield Buffer.concat([line, separator])
      isFirst = false
      held = held.subarray(0, at)
    }
    if (held.length > LINE_BYTES_MAX) throw new TaskError(`a line is longer than ${LINE_BYTES_MAX} bytes`)
  }
  if (held.length > 0 || !isFirst) yield Buffer.concat([held, separator])
}
