// Connections leave through the guarded door of the SDK, also those that a proxy makes for us.
import { once } from 'node:events'
import { connect, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { TaskError, messageOf } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'

export interface SocketProxy {
  readonly type: 'HTTP' | 'SOCKS5'
  readonly host: string
  readonly port: number
  readonly username?: string | undefined
  readonly password?: string | undefined
}

const CONNECT_MS = 30_000
const REPLY_BYTES_MAX = 16 * 1024

export async function openSocket(
  ctx: Pick<RunContext, 'egress' | 'signal'>,
  { host, port }: { readonly host: string; readonly port: number },
  proxy?: SocketProxy,
): Promise<Socket> {
  ctx.egress.checkHost(host)
  if (proxy === undefined) return await open(ctx, host, port)
  ctx.egress.checkHost(proxy.host)
  const socket = await open(ctx, proxy.host, proxy.port)
  try {
    if (proxy.type === 'HTTP') await connectByHttp(socket, `${host}:${port}`, proxy)
    else await connectBySocks(socket, { host, port }, proxy)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function open(
  { egress, signal }: Pick<RunContext, 'egress' | 'signal'>,
  host: string,
  port: number,
): Promise<Socket> {
  signal.throwIfAborted()
  // A session is questions and answers: together with the delayed acknowledgement of servers, gathering small ones costs 40 ms for each.
  const socket = connect({ host, port, lookup: egress.lookup, timeout: CONNECT_MS, noDelay: true })
  const stop = (): void => void socket.destroy(new Error('stopped'))
  signal.addEventListener('abort', stop, { once: true })
  socket.once('close', () => signal.removeEventListener('abort', stop))
  socket.once('timeout', () => socket.destroy(new Error(`no answer within ${CONNECT_MS / 1000} s`)))
  try {
    await once(socket, 'connect')
    socket.setTimeout(0)
    socket.setKeepAlive(true, CONNECT_MS)
    return socket
  } catch (cause) {
    throw new TaskError(`${host}:${port} cannot be connected to: ${messageOf(cause)}`)
  }
}

async function connectByHttp(socket: Socket, target: string, { username, password = '' }: SocketProxy): Promise<void> {
  const token =
    username === undefined
      ? ''
      : `Proxy-Authorization: Basic ${Buffer.from(`${username}:${password}`).toString('base64')}\r\n`
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${token}\r\n`)
  const reply = await readUntil(socket, bytes => {
    const end = bytes.indexOf('\r\n\r\n')
    return end < 0 ? undefined : end + 4
  })
  const [, status = ''] = /^HTTP\/1\.\d (\d{3})/.exec(reply.toString('latin1')) ?? []
  if (!status.startsWith('2'))
    throw new TaskError(`the proxy refuses to connect to ${target}: it answers ${status || 'nothing that is HTTP'}`)
}

async function connectBySocks(
  socket: Socket,
  { host, port }: { readonly host: string; readonly port: number },
  { username, password = '' }: SocketProxy,
): Promise<void> {
  const size = (count: number) => (bytes: Buffer) => (bytes.length < count ? undefined : count)
  socket.write(Buffer.from(username === undefined ? [5, 1, 0] : [5, 2, 0, 2]))
  const [, method] = await readUntil(socket, size(2))
  if (method === 2 && username !== undefined) {
    const [name, word] = [Buffer.from(username), Buffer.from(password)]
    socket.write(Buffer.concat([Buffer.from([1, name.length]), name, Buffer.from([word.length]), word]))
    const [, verdict] = await readUntil(socket, size(2))
    if (verdict !== 0) throw new TaskError('the proxy refuses the user name or password')
  } else if (method !== 0) throw new TaskError('the proxy asks for a user name and password')
  const name = Buffer.from(host)
  const address =
    isIP(host) === 4
      ? Buffer.from([1, ...host.split('.').map(Number)])
      : Buffer.concat([Buffer.from([3, name.length]), name])
  const target = Buffer.alloc(2)
  target.writeUInt16BE(port)
  socket.write(Buffer.concat([Buffer.from([5, 1, 0]), address, target]))
  const reply = await readUntil(socket, bytes => {
    const length = bytes[3] === 1 ? 10 : bytes[3] === 4 ? 22 : 7 + (bytes[4] ?? 0)
    return bytes.length >= 5 && bytes.length >= length ? length : undefined
  })
  if (reply[1] !== 0) throw new TaskError(`the proxy cannot connect to ${host}:${port}: code ${reply[1]}`)
}

/** Reads so far as `endOf` says, and leaves the rest. */
async function readUntil(socket: Socket, endOf: (bytes: Buffer) => number | undefined): Promise<Buffer> {
  let held: Buffer = Buffer.alloc(0)
  for (;;) {
    const chunk: unknown = socket.read()
    if (!Buffer.isBuffer(chunk)) {
      if (socket.readableEnded || socket.destroyed) throw new TaskError('the proxy closes the connection')
      await Promise.race([once(socket, 'readable'), once(socket, 'end')])
      continue
    }
    held = Buffer.concat([held, chunk])
    const end = endOf(held)
    if (end === undefined && held.length > REPLY_BYTES_MAX)
      throw new TaskError('the proxy answers more than a proxy says')
    if (end === undefined) continue
    if (end < held.length) socket.unshift(held.subarray(end))
    return held.subarray(0, end)
  }
}
