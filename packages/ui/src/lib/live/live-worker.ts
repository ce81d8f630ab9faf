// One stream for all tabs of this browser. Each tab has a port and its own topics; a topic is asked for while some tab wants it.
import { browserWorld } from './browser-world.ts'
import { LiveStream, type LiveFrame, type StreamState } from './live-stream.ts'
import type { FromTab, ToTab } from './live-messages.ts'

const topicsOf = new Map<MessagePort, Set<string>>()
let state: StreamState = 'catching-up'
let stream: LiveStream | undefined

addEventListener('connect', event => {
  const port = event instanceof MessageEvent ? event.ports[0] : undefined
  if (!port) return
  topicsOf.set(port, new Set())
  port.addEventListener('message', (message: MessageEvent<FromTab>) => hear(port, message.data))
  port.start()
})

function hear(port: MessagePort, message: FromTab): void {
  switch (message.type) {
    case 'hello':
      stream ??= open(message.tenant)
      send(port, { type: 'state', state })
      return
    case 'add':
      topicsOf.get(port)?.add(message.wish.topic)
      stream?.add(message.wish)
      return
    case 'remove':
      topicsOf.get(port)?.delete(message.topic)
      removeUnwanted(message.topic)
      return
    case 'bye': {
      const topics = topicsOf.get(port) ?? []
      topicsOf.delete(port)
      for (const topic of topics) removeUnwanted(topic)
    }
  }
}

function open(tenant: string): LiveStream {
  const opened = new LiveStream(browserWorld(tenant), {
    onState: next => {
      state = next
      for (const port of topicsOf.keys()) send(port, { type: 'state', state })
    },
    onFrame: tell,
  })
  opened.start()
  return opened
}

function tell(frame: LiveFrame): void {
  for (const [port, topics] of topicsOf) if (topics.has(frame.topic)) send(port, { type: 'frame', frame })
}

function removeUnwanted(topic: string): void {
  if (![...topicsOf.values()].some(topics => topics.has(topic))) stream?.remove(topic)
}

function send(port: MessagePort, message: ToTab): void {
  port.postMessage(message)
}
