import { decodeValue, defineTask, isList, isStorageUri, p, printValue, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'

export const concat = defineTask({
  type: 'io.kestra.plugin.core.storage.Concat',
  aliases: ['io.kestra.core.tasks.storages.Concat'],
  title: 'Join files into one.',
  properties: {
    files: p.any().dynamic().required().group('main').title('A list of URIs, or JSON text of such a list.'),
    separator: p.string().dynamic().title('Written after each file.'),
    extension: p.string().dynamic().default('.tmp').title('Extension of the new file.'),
  },
  outputs: [{ name: 'uri', type: 'uri', description: 'The new file.' }],
  examples: [{ title: 'Join two outputs.', code: 'files:\n  - "{{ outputs.a.uri }}"\n  - "{{ outputs.b.uri }}"' }],
  async run(ctx, props) {
    const uris = readUris(await props.files.render())
    const separator = (await props.separator.render()) ?? ''
    const extension = await props.extension.render()
    return { uri: await ctx.files.put(join(ctx, uris, separator), { extension }) }
  },
})

async function* join(ctx: RunContext, uris: readonly string[], separator: string): AsyncGenerator<Uint8Array | string> {
  for (const uri of uris) {
    yield* await ctx.files.open(uri)
    if (separator !== '') yield separator
  }
}

function readUris(files: Value): readonly string[] {
  if (isList(files)) return files.map(printValue)
  if (typeof files !== 'string') throw new TaskError('property "files" must be a list of URIs')
  if (isStorageUri(files.trim())) return [files.trim()]
  const list = parse(files)
  if (list === undefined || !isList(list)) {
    throw new TaskError(`property "files" must be a list of URIs or JSON text of one, not ${files.slice(0, 200)}`)
  }
  return list.map(printValue)
}

function parse(text: string): Value | undefined {
  try {
    return decodeValue(text)
  } catch {
    // The caller names the property.
    return undefined
  }
}
