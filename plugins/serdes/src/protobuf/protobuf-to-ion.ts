import { defineTask, p, renderAll, TaskError } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import { NumberStream } from '../avro/number-stream.ts'
import { fileOutputs, recordsMetric } from '../conversion.ts'
import { encodeIon } from '../ion.ts'
import { readDescriptors } from './descriptor.ts'
import type { Descriptors, MessageType } from './descriptor.ts'
import { readMessage } from './read-message.ts'

const MESSAGE_BYTES_MAX = 64 * 1024 * 1024

export const protobufToIon = defineTask({
  type: 'io.kestra.plugin.serdes.protobuf.ProtobufToIon',
  title: 'Convert messages of Protocol Buffers into rows.',
  description:
    'The types come from a descriptor set (`protoc --include_imports --descriptor_set_out=types.desc`). 64-bit numbers stay exact, timestamps become moments, enums their names.',
  properties: {
    from: p.string().dynamic().required().group('main').title('URI of the file with the message or messages.'),
    descriptorFile: p.string().dynamic().required().group('main').title('URI of the descriptor set.'),
    typeName: p.string().dynamic().required().group('main').title('Full name of the message type, e.g. `shop.Order`.'),
    delimited: p
      .boolean()
      .dynamic()
      .default(false)
      .group('processing')
      .title('Whether the file has several messages, each behind its length; otherwise it is one.'),
    errorOnUnknownFields: p
      .boolean()
      .dynamic()
      .default(false)
      .group('reliability')
      .title('Whether a field that the type does not define ends the task.'),
  },
  outputs: fileOutputs('The file of rows.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'Read messages that were written one behind the other.',
      full: true,
      code: `id: protobuf_to_ion
namespace: company.team
inputs:
  - id: messages
    type: FILE
  - id: types
    type: FILE
tasks:
  - id: rows
    type: io.kestra.plugin.serdes.protobuf.ProtobufToIon
    from: "{{ inputs.messages }}"
    descriptorFile: "{{ inputs.types }}"
    typeName: shop.Order
    delimited: true
`,
    },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    const descriptors = readDescriptors(await bytesOf(ctx, options.descriptorFile))
    const type = getType(descriptors, options.typeName)
    const reading = { descriptors, errorOnUnknownFields: options.errorOnUnknownFields }
    let size = 0
    const lines = async function* (): AsyncGenerator<string> {
      const messages = options.delimited ? delimited(ctx, options.from) : [await bytesOf(ctx, options.from)]
      for await (const message of messages) {
        ctx.signal.throwIfAborted()
        size++
        yield `${encodeIon(readMessage(message, type, reading))}\n`
      }
    }
    const uri = await ctx.files.put(lines(), { extension: '.ion' })
    ctx.metrics.counter('records', size)
    return { uri, size }
  },
})

function getType({ messages }: Descriptors, name: string): MessageType {
  const type = messages.get(`.${name.replace(/^\./, '')}`)
  if (type !== undefined) return type
  const known = [...messages.values()].filter(({ isMapEntry }) => !isMapEntry).map(({ name: each }) => each.slice(1))
  throw new TaskError(`the descriptor set has no message type "${name}"; it has ${known.slice(0, 20).join(', ')}`)
}

async function bytesOf(ctx: RunContext, uri: string): Promise<Buffer> {
  if ((await ctx.files.size(uri)) > MESSAGE_BYTES_MAX)
    throw new TaskError(`"${uri}" is larger than ${MESSAGE_BYTES_MAX} bytes, and would be read at once`)
  const chunks: Uint8Array[] = []
  for await (const chunk of await ctx.files.open(uri)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* delimited(ctx: RunContext, uri: string): AsyncGenerator<Buffer> {
  const bytes = new NumberStream(await ctx.files.open(uri), 'the file of messages')
  try {
    while (!(await bytes.isOver())) {
      const size = Number(await bytes.varint())
      if (size > MESSAGE_BYTES_MAX)
        throw new TaskError(`a message says that it is ${size} bytes large; is the file \`delimited\`?`)
      yield await bytes.take(size)
    }
  } finally {
    await bytes.close()
  }
}
