// A proxy before the server whose cable can be pulled: all of it, or the live stream alone, as proxies of companies do.
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface StreamProxy {
  readonly address: string
  /** Live streams that are open now. */
  readonly streams: number
  /** The stream is cut, and no new one gets through until it is let. */
  blockStream(isBlocked: boolean): void
  /** Nothing gets through any more, until it does. */
  unplug(isUnplugged: boolean): void
  stop(): Promise<void>
}

const STREAM = /\/live(\?|$)/

export async function startProxy(target: string): Promise<StreamProxy> {
  const sockets = new Set<Socket>()
  const streams = new Set<ServerResponse>()
  let isBlocked = false
  let isUnplugged = false
  const pass = (from: IncomingMessage, reply: ServerResponse): void => {
    const isStream = from.method === 'GET' && STREAM.test(from.url ?? '')
    if (isUnplugged || (isStream && isBlocked)) return void from.socket.destroy()
    if (isStream) {
      streams.add(reply)
      reply.once('close', () => streams.delete(reply))
    }
    const { hostname, port } = new URL(target)
    const onward = request({ hostname, port, method: from.method, path: from.url, headers: from.headers }, answer => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(reply)
      answer.once('error', () => reply.destroy())
    })
    // The server is gone: so is the connection.
    onward.once('error', () => from.socket.destroy())
    reply.once('close', () => onward.destroy())
    from.pipe(onward)
  }
  const server = createServer(pass)
  server.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    get streams() {
      return streams.size
    },
    blockStream: next => {
      isBlocked = next
      if (next) for (const stream of streams) stream.destroy()
    },
    unplug: next => {
      isUnplugged = next
      if (next) for (const socket of sockets) socket.destroy()
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
