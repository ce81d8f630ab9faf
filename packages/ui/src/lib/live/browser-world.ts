// The stream of the browser: its own EventSource, in a page or in a worker.
import type { StreamWorld } from './live-stream.ts'

export function browserWorld(tenant: string): StreamWorld {
  const base = `/api/v1/${encodeURIComponent(tenant)}/live`
  return {
    open: ({ onFrame, onBroken }) => {
      const source = new EventSource(base)
      source.addEventListener('message', event => onFrame(String(event.data)))
      source.addEventListener('error', () => onBroken(source.readyState === EventSource.CLOSED))
      return () => source.close()
    },
    change: async (clientId, body) => {
      const reply = await fetch(`${base}/${encodeURIComponent(clientId)}/topics`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return reply.status !== 404
    },
    later: (ms, run) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  }
}
