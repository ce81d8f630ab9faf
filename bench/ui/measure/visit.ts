// A page visited with nothing in the browser's cache, and what the visit was like until somebody could work with it: the largest paint done, what the page is
// for in sight, no long task any more, the first key answered.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { ROOT } from '../../harness/server-process.ts'
import type { Sample } from './figure.ts'

export interface PageSpec {
  readonly name: string
  readonly path: string
  /** What the page is for: there when it shows that. */
  readonly content: string
  /** Answers something on this page. */
  readonly key?: string
  readonly scriptMostKB: number
  readonly interactiveMostMs?: number
}

export interface Visit {
  readonly page: Page
  readonly samples: readonly Sample[]
  /** How long each call of the first paint took. */
  readonly callsMs: readonly number[]
  close(): Promise<void>
}

interface Seen {
  readonly shellMs: number
  readonly contentMs: number
  readonly largestMs: number
  readonly keyMs: number
  readonly shift: number
  /** What moved in the largest of them. */
  readonly shiftOf: string
  readonly longTasks: readonly (readonly [number, number])[]
  readonly requests: readonly {
    readonly url: string
    readonly startMs: number
    readonly tookMs: number
    readonly bytes: number
  }[]
}

const PROBE = readFileSync(join(import.meta.dirname, 'probe.mjs'), 'utf8')
const SIZE = { width: 1440, height: 900 }
const PATIENCE_MS = 90_000
const QUIET_MS = 1_000
const KB = 1_000
const INTERACTIVE_MS = 1_000

export async function visit(browser: Browser, address: string, spec: PageSpec): Promise<Visit> {
  const { path, content, key = 'Tab' } = spec
  const context = await browser.newContext({ viewport: SIZE, baseURL: address, locale: 'en-GB', timezoneId: 'UTC' })
  await context.addInitScript(`globalThis.probeContent = ${JSON.stringify(content)};${PROBE}`)
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  await page.goto(path, { waitUntil: 'commit' })
  await page.evaluate('probe.until(() => probe.contentMs > 0, 90_000)')
  await page.keyboard.press(key)
  await page.evaluate('probe.until(() => probe.keyMs > 0)')
  await page.waitForTimeout(QUIET_MS)
  const seen = (await page.evaluate(READ)) as Seen
  const callsMs = firstCallsOf(seen).map(({ tookMs }) => tookMs)
  return { page, samples: samplesOf(spec, seen), callsMs, close: () => context.close() }
}

const READ = `({ ...['shellMs', 'contentMs', 'largestMs', 'keyMs', 'shift', 'shiftOf', 'longTasks'].reduce((all, name) => ({ ...all, [name]: probe[name] }), {}),
  requests: performance.getEntriesByType('resource').map(one => ({ url: one.name, startMs: one.startTime,
    tookMs: one.responseEnd - (one.requestStart || one.startTime), bytes: one.encodedBodySize })) })`

/** What was asked for before the content was there; the live stream stays open. */
function firstCallsOf({ requests, contentMs }: Seen): Seen['requests'] {
  return requests.filter(({ url, startMs }) => startMs < contentMs && url.includes('/api/v1/') && !/\/live\b/.test(url))
}

function samplesOf(
  { name, scriptMostKB, interactiveMostMs = INTERACTIVE_MS }: PageSpec,
  seen: Seen,
): readonly Sample[] {
  const interactiveMs = Math.max(
    seen.contentMs,
    seen.largestMs,
    seen.keyMs,
    ...seen.longTasks.map(([at, ms]) => at + ms),
  )
  const scripts = seen.requests.filter(({ url, startMs }) => startMs < seen.contentMs && url.endsWith('.js'))
  const calls = firstCallsOf(seen)
  const slowest = calls.toSorted((one, other) => other.tookMs - one.tookMs)[0]
  const largest = calls.toSorted((one, other) => other.bytes - one.bytes)[0]
  const longest = Math.max(0, ...seen.longTasks.map(([, ms]) => ms))
  const tell = (what: string, value: number, more: Partial<Sample> = {}): Sample => ({
    page: name,
    what,
    unit: 'ms',
    value,
    ...more,
  })
  const noted = (found: { readonly url: string } | undefined): { note?: string } =>
    found ? { note: shortOf(found.url) } : {}
  return [
    tell('scripts gz', scripts.reduce((sum, { url }) => sum + gzipOf(url), 0) / KB, { unit: 'kB', most: scriptMostKB }),
    tell('shell visible', seen.shellMs, { most: 300 }),
    tell('interactive', interactiveMs, { most: interactiveMostMs }),
    tell('content in sight', seen.contentMs),
    tell('first key answered', seen.keyMs),
    tell('longest task', longest),
    tell('layout shift', seen.shift, { unit: '', most: 0.02, ...(seen.shiftOf === '' ? {} : { note: seen.shiftOf }) }),
    ...(calls.length === 0 ? [] : [tell('slowest call', slowest?.tookMs ?? 0, { most: 50, ...noted(slowest) })]),
    ...(calls.length === 0
      ? []
      : [tell('largest answer', (largest?.bytes ?? 0) / KB, { unit: 'kB', most: 100, ...noted(largest) })]),
  ]
}

function shortOf(url: string): string {
  const { pathname } = new URL(url)
  return pathname.replace(/^\/api\/v1\/main/, '').replace(/\/[0-9A-Za-z]{22}/g, '/{id}')
}

interface Built {
  readonly files: Readonly<Record<string, { readonly size: number; readonly gz?: number }>>
}

let built: Built | undefined

/** What the file weighs in gzip, however it was sent. */
function gzipOf(url: string): number {
  built ??= JSON.parse(readFileSync(join(ROOT, 'dist', 'ui', 'files.json'), 'utf8'))
  const name = new URL(url).pathname.replace(/^\/ui\//, '')
  const file = built?.files[name]
  return file?.gz ?? file?.size ?? 0
}

/** Of the interactions since the visit: three quarters were answered in this time. */
export async function readInteractions(page: Page): Promise<readonly number[]> {
  const events = (await page.evaluate('probe.events')) as readonly (readonly [number, number, string])[]
  const slowest = new Map<number, number>()
  for (const [id, ms] of events) slowest.set(id, Math.max(slowest.get(id) ?? 0, ms))
  return [...slowest.values()]
}

/** Used after its garbage went. */
export async function readHeapMB(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 1e6
}
