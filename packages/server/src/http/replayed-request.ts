// A request whose body was read already, for whoever reads it from the request itself.
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

export function replayRequest(incoming: IncomingMessage, bytes: Buffer | undefined): IncomingMessage {
  // A socket of its own: whatever becomes of this one, the connection stays.
  const copy = new IncomingMessage(new Socket())
  copy.method = incoming.method ?? ''
  copy.url = incoming.url ?? ''
  copy.rawHeaders = incoming.rawHeaders
  copy.headers = incoming.headers
  if (bytes) copy.push(bytes)
  copy.push(null)
  copy.complete = true
  return copy
}
