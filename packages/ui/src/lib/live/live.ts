// What is happening now, from one stream for all of the browser. Frames never touch components: a hook of a resource listens and writes into the
// cache of queries. Where the stream is blocked pages ask again every two seconds: `usePollMs()` says so to their queries.
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { nowMs } from '../../platform/clock.ts'
import { TENANT } from '../api.ts'
import { browserWorld } from './browser-world.ts'
import type { FromTab, ToTab } from './live-messages.ts'
import { LiveStream, type LiveFrame, type LiveWish, type StreamState } from './live-stream.ts'

export type { LiveFrame, LiveWish } from './live-stream.ts'
export type LiveState = StreamState | 'offline' | 'paused'

const POLL_MS = 2_000
/** A tab that nobody looks at lets its topics go. */
const HIDDEN_MS = 60_000

interface Topic {
  readonly wish: LiveWish
  readonly ears: Set<(frame: LiveFrame) => void>
}

const topics = new Map<string, Topic>()
const listeners = new Set<() => void>()
let state: StreamState = 'catching-up'
let liveUntilMs = 0
let isPaused = false
let isAsleep = false
let send: (message: FromTab) => void = () => undefined
let pending: LiveFrame[] = []

export function startLive(): void {
  send = typeof SharedWorker === 'function' ? connectWorker() : connectHere()
  send({ type: 'hello', tenant: TENANT })
  window.addEventListener('online', tell)
  window.addEventListener('offline', () => {
    if (state === 'live' && !isPaused) liveUntilMs = nowMs()
    tell()
  })
  window.addEventListener('pagehide', () => send({ type: 'bye' }))
  window.addEventListener('pageshow', event => {
    if (event.persisted) for (const { wish } of topics.values()) send({ type: 'add', wish })
  })
  watchVisibility()
}

/** Listens to a topic while the component is there; the first frame is a snapshot. */
export function useLive(wish: LiveWish | undefined, apply: (frame: LiveFrame) => void): void {
  const newest = useRef(apply)
  useEffect(() => {
    newest.current = apply
  })
  const key = wish === undefined ? '' : JSON.stringify(wish)
  useEffect(() => {
    if (key === '') return undefined
    return listen(parseWish(key), frame => newest.current(frame))
  }, [key])
}

export function getLiveState(): LiveState {
  if (isPaused) return 'paused'
  return navigator.onLine ? state : 'offline'
}

/** When this page last heard all that happened; 0 when it never did. */
export function getLiveUntilMs(): number {
  return liveUntilMs
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(subscribe, getLiveState)
}

/** For `refetchInterval` of queries that show what changes. */
export function usePollMs(): number | false {
  return useLiveState() === 'polling' ? POLL_MS : false
}

/** Stops all live updates of the page, or lets them go on. */
export function toggleLive(): void {
  if (getLiveState() === 'live') liveUntilMs = nowMs()
  isPaused = !isPaused
  rest()
  tell()
}

function listen(wish: LiveWish, ear: (frame: LiveFrame) => void): () => void {
  const known = topics.get(wish.topic)
  const isSame = known !== undefined && JSON.stringify(known.wish) === JSON.stringify(wish)
  const topic = isSame ? known : { wish, ears: known?.ears ?? new Set() }
  topic.ears.add(ear)
  topics.set(wish.topic, topic)
  // Said again to one more listener, who needs its snapshot.
  if (!isResting()) send({ type: 'add', wish })
  return () => {
    topic.ears.delete(ear)
    if (topic.ears.size > 0) return
    topics.delete(wish.topic)
    send({ type: 'remove', topic: wish.topic })
  }
}

function hear(message: ToTab): void {
  if (message.type === 'state') {
    if (state === 'live' && !isPaused) liveUntilMs = nowMs()
    state = message.state
    tell()
    return
  }
  if (isResting()) return
  pending.push(message.frame)
  // Frames of one moment are one rendering; a hidden tab has no frames of its own.
  if (pending.length === 1) {
    if (document.visibilityState === 'visible') requestAnimationFrame(flush)
    else setTimeout(flush, 0)
  }
}

function flush(): void {
  const frames = pending
  pending = []
  for (const frame of frames) for (const ear of topics.get(frame.topic)?.ears ?? []) ear(frame)
}

function connectWorker(): (message: FromTab) => void {
  const worker = new SharedWorker(new URL('./live-worker.ts', import.meta.url), { type: 'module', name: 'batuta-live' })
  worker.port.addEventListener('message', (event: MessageEvent<ToTab>) => hear(event.data))
  worker.port.start()
  return message => worker.port.postMessage(message)
}

function connectHere(): (message: FromTab) => void {
  const stream = new LiveStream(browserWorld(TENANT), {
    onState: next => hear({ type: 'state', state: next }),
    onFrame: frame => hear({ type: 'frame', frame }),
  })
  return message => {
    switch (message.type) {
      case 'hello':
        return stream.start()
      case 'add':
        return stream.add(message.wish)
      case 'remove':
        return stream.remove(message.topic)
      case 'bye':
        return undefined
    }
  }
}

function watchVisibility(): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer)
    if (document.visibilityState === 'hidden') {
      timer = setTimeout(() => {
        isAsleep = true
        rest()
      }, HIDDEN_MS)
    } else if (isAsleep) {
      isAsleep = false
      rest()
    }
  })
}

function isResting(): boolean {
  return isPaused || isAsleep
}

/** Topics are let go while the page rests, and asked for anew after it: their snapshots tell what was missed. */
function rest(): void {
  for (const { wish } of topics.values())
    send(isResting() ? { type: 'remove', topic: wish.topic } : { type: 'add', wish })
}

function parseWish(text: string): LiveWish {
  const value: LiveWish = JSON.parse(text)
  return value
}

function tell(): void {
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
