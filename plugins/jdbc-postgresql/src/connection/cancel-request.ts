// Asks the server to give up the statement that a session is running: by a connection of its own, as the protocol has it, which needs
// neither a password nor one of the server's connections.
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Session } from './open-session.ts'
import { tlsOptions } from './tls.ts'

const CANCEL_CODE = 80877102
const TLS_CODE = 80877103
const TIMEOUT_MS = 5_000

/** Settles when the server has taken the request; whether there was still something to cancel, it does not say. */
export function requestCancel(session: Session): Promise<void> {
  const request = cancelPacket(session)
  if (request === undefined) return Promise.resolve()
  const { host, port } = session.host
  const socket = connectTcp({ port, host, lookup: session.egress.lookup })
  return new Promise((resolve, reject) => {
    const finish = (error?: Error): void => {
      socket.destroy()
      if (error === undefined) resolve()
      else reject(error)
    }
    socket.setTimeout(TIMEOUT_MS, () => finish(new Error(`${host}:${port} did not take the request to cancel`)))
    socket.once('error', finish)
    socket.once('connect', () => {
      if (session.sslMode === 'DISABLE') send(socket, request, finish)
      else sendOverTls(socket, session, { request, finish })
    })
  })
}

function cancelPacket({ client }: Session): Buffer | undefined {
  const processId: unknown = Reflect.get(client, 'processID')
  const secretKey: unknown = Reflect.get(client, 'secretKey')
  if (typeof processId !== 'number' || typeof secretKey !== 'number') return undefined
  const packet = Buffer.alloc(16)
  packet.writeInt32BE(16, 0)
  packet.writeInt32BE(CANCEL_CODE, 4)
  packet.writeInt32BE(processId, 8)
  packet.writeInt32BE(secretKey, 12)
  return packet
}

/** The server answers nothing and closes. */
function send(socket: Socket, request: Buffer, finish: (error?: Error) => void): void {
  socket.once('close', () => finish())
  socket.resume()
  socket.end(request)
}

interface Sending {
  readonly request: Buffer
  readonly finish: (error?: Error) => void
}

function sendOverTls(socket: Socket, session: Session, { request, finish }: Sending): void {
  const ask = Buffer.alloc(8)
  ask.writeInt32BE(8, 0)
  ask.writeInt32BE(TLS_CODE, 4)
  socket.once('data', () => {
    const options = tlsOptions(session.sslMode, session.target.tls)
    const secured = connectTls({ ...(options === false ? {} : options), socket, host: session.host.host })
    secured.once('error', finish)
    secured.once('secureConnect', () => send(secured, request, finish))
  })
  socket.write(ask)
}
