import { createSocket } from 'node:dgram'
import { isIP } from 'node:net'
import { TaskError, defineTask, messageOf, p } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import { openSocket } from './open-socket.ts'

const outputs = [
  { name: 'host', type: 'string', description: 'Where it was sent.' },
  { name: 'port', type: 'int', description: 'The port.' },
  { name: 'sentBytes', type: 'int', description: 'How many bytes were sent.' },
]

const properties = {
  host: p.string().dynamic().required().group('main').title('The machine.'),
  port: p.integer().dynamic().required().group('main').title('Its port.'),
  payload: p.string().dynamic().required().group('main').title('What is sent.'),
  encoding: p
    .string()
    .dynamic()
    .default('UTF-8')
    .group('advanced')
    .title(
      'Character set of the text: UTF-8, ISO-8859-1, US-ASCII or UTF-16LE; BASE64 sends the bytes that the text stands for.',
    ),
}

const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  'UTF-8': 'utf8',
  UTF8: 'utf8',
  'ISO-8859-1': 'latin1',
  'US-ASCII': 'ascii',
  'UTF-16LE': 'utf16le',
  BASE64: 'base64',
}

function bytesOf(payload: string, encoding: string): Buffer {
  const name = ENCODINGS[encoding.toUpperCase()]
  if (name === undefined)
    throw new TaskError(`the encoding "${encoding}" is not known; there are ${Object.keys(ENCODINGS).join(', ')}`)
  return Buffer.from(payload, name)
}

export const tcpSend = defineTask({
  type: 'io.kestra.plugin.fs.tcp.Send',
  title: 'Send a text over TCP.',
  properties: {
    ...properties,
    timeout: p.duration().dynamic().group('execution').title('How long to wait until all is sent.'),
  },
  outputs,
  examples: [
    {
      title: 'Tell a listener.',
      full: true,
      code: `id: tcp_send
namespace: company.team
tasks:
  - id: send
    type: io.kestra.plugin.fs.tcp.Send
    host: collector.example.com
    port: 9000
    payload: "{{ flow.id }} is done\\n"
`,
    },
  ],
  async run(ctx, props) {
    const host = await props.host.render()
    const port = await props.port.render()
    const bytes = bytesOf(await props.payload.render(), await props.encoding.render())
    const socket = await openSocket(ctx, { host, port })
    const timeoutMs = await props.timeout.render()
    if (timeoutMs !== undefined)
      socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`not sent within ${timeoutMs} ms`)))
    socket.resume()
    await new Promise<void>((resolve, reject) => {
      socket.once('error', cause => reject(new TaskError(`${host}:${port} took not all of it: ${messageOf(cause)}`)))
      socket.end(bytes, resolve)
    })
    socket.destroySoon()
    return { host, port, sentBytes: bytes.length }
  },
})

export const udpSend = defineTask({
  type: 'io.kestra.plugin.fs.udp.Send',
  title: 'Send a text over UDP, in one datagram.',
  description: 'Whether it arrives is not told.',
  properties,
  outputs,
  examples: [
    {
      title: 'A line for a log collector.',
      full: true,
      code: `id: udp_send
namespace: company.team
tasks:
  - id: send
    type: io.kestra.plugin.fs.udp.Send
    host: syslog.example.com
    port: 514
    payload: "<14>{{ flow.id }} is done"
`,
    },
  ],
  async run(ctx, props) {
    const host = await props.host.render()
    const port = await props.port.render()
    const bytes = bytesOf(await props.payload.render(), await props.encoding.render())
    const address = await addressOf(ctx, host)
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4')
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.send(bytes, port, address, error => (error ? reject(error) : resolve()))
      })
    } catch (cause) {
      throw new TaskError(`nothing could be sent to ${host}:${port}: ${messageOf(cause)}`)
    } finally {
      socket.close()
    }
    return { host, port, sentBytes: bytes.length }
  },
})

/** Judged before it is sent to, and not looked up again. */
export async function addressOf({ egress }: Pick<RunContext, 'egress'>, host: string): Promise<string> {
  egress.checkHost(host)
  return await new Promise((resolve, reject) => {
    egress.lookup(host, {}, (error, address) => {
      if (error)
        reject(
          error instanceof TaskError
            ? error
            : new TaskError(`the address of "${host}" cannot be found`, { cause: error }),
        )
      else resolve(Array.isArray(address) ? (address[0]?.address ?? host) : address)
    })
  })
}
