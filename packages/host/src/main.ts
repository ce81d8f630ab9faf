// Entry of the host process. Its parent is the server's worker; when their pipe closes, everything here dies.
import { messageOf } from '@batuta/plugin-sdk'
import type { FromHost, ToHost } from '@batuta/plugin-sdk'
import { Host } from './host.ts'

const outgoing: FromHost[] = []

/** What comes in one round of the event loop goes together: a message of its own costs more than most tasks. */
function send(message: FromHost): void {
  if (outgoing.push(message) === 1) setImmediate(sendOutgoing)
}

function sendOutgoing(): void {
  const messages = outgoing.splice(0)
  if (process.connected) process.send?.(messages)
}

async function end(host: Host): Promise<never> {
  await host.close()
  sendOutgoing()
  process.exit(0)
}

/** Nobody is left to see how it ends. An orderly exit of Node can wait for its own threads for ever: once in some hundred kills it was seen to. */
async function die(host: Host): Promise<void> {
  await host.close()
  process.kill(process.pid, 'SIGKILL')
}

const host = new Host({
  send,
  now: () => Date.now(),
  onSilence: () => void end(host),
  onDrained: () => void end(host),
})

process.on('message', (messages: readonly ToHost[]) => {
  for (const message of messages) void host.take(message)
})
process.once('disconnect', () => void die(host))
// The server may have died while this was loading: the event came before there was anybody to hear it.
if (!process.connected) void die(host)
// A terminal's interrupt reaches the whole group; the server decides when this process ends.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => void end(host))
// A plugin's forgotten promise or timer must not take the other jobs down.
process.on('unhandledRejection', reason => {
  send({ type: 'notice', level: 'ERROR', message: `a plugin left a rejection unhandled: ${messageOf(reason)}` })
})
process.on('uncaughtException', error => {
  send({ type: 'notice', level: 'ERROR', message: `a plugin threw outside its run: ${messageOf(error)}` })
})
