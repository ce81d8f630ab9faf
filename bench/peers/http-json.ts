// Peers whose results are asked for: a start is one request, and then its state is asked again and again.
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 100
const RUN_TIMEOUT_MS = 120_000
const MESSAGE_CHARS_MAX = 500

export type Json = Readonly<Record<string, unknown>>

/** GET without a body, POST with one. */
export async function requestJson(
  url: string,
  body?: Json,
  headers: Readonly<Record<string, string>> = {},
): Promise<Json> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, MESSAGE_CHARS_MAX)}`)
  const parsed: unknown = JSON.parse(text)
  return isJson(parsed) ? parsed : { value: parsed }
}

/** `a.b.0`: what lies there, if anything. */
export function textAt(json: unknown, path: string): string | undefined {
  let at: unknown = json
  for (const part of path.split('.')) at = isJson(at) ? at[part] : undefined
  return typeof at === 'string' || typeof at === 'number' ? String(at) : undefined
}

/** Asks until it gives something; an error ends it. */
export async function waitForResult<T>(look: () => Promise<T | undefined>): Promise<T> {
  const endMs = performance.now() + RUN_TIMEOUT_MS
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (performance.now() > endMs) throw new Error(`no result within ${RUN_TIMEOUT_MS} ms`)
    await sleep(POLL_MS)
  }
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}
