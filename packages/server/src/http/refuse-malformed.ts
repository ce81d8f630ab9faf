// What is no HTTP at all is answered by hand: there is no request that a route could be asked for. Two requests that a proxy and we would cut apart at
// different places are among them, so the connection ends with the answer.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { newSecurityHeaders, type SecurityHeaders } from './security-headers.ts'

const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

export function refuseMalformed(server: Server, secure: SecurityHeaders = newSecurityHeaders()): void {
  const head = headOf(secure)
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) return socket.destroy()
    socket.end(`HTTP/1.1 ${STATUS[error.code ?? ''] ?? '400 Bad Request'}\r\n${head}`)
    return undefined
  })
}

/** The answer to the request before is on its way: a second head in it would be taken for a part of it. */
function isAnswering(socket: Socket): boolean {
  const message: unknown = Reflect.get(socket, '_httpMessage')
  return typeof message === 'object' && message !== null && Reflect.get(message, 'headersSent') === true
}

function headOf(secure: SecurityHeaders): string {
  const list = [...secure({ type: 'empty', status: 400 }), 'connection', 'close', 'content-length', '0']
  let head = ''
  for (let at = 0; at < list.length; at += 2) head += `${list[at]}: ${list[at + 1]}\r\n`
  return `${head}\r\n`
}
