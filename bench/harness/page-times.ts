// How long the pages of an execution take while it runs: a page of the list, and its own.
import { median } from './calibrate.ts'
import { roundTo, type Figures } from './figures.ts'
import type { ServerProcess } from './server-process.ts'

const PAUSE_MS = 300

/** Asks for them until the work is done. */
export async function timePages({ address }: ServerProcess, work: Promise<unknown>): Promise<Figures> {
  const list: number[] = []
  const own: number[] = []
  let isDone = false
  const done = work.finally(() => (isDone = true))
  while (!isDone) {
    await Promise.race([done, new Promise(resolve => setTimeout(resolve, PAUSE_MS))])
    if (isDone) break
    const { ms, text } = await timeOne(`${address}/api/v1/executions/search?size=10`)
    list.push(ms)
    const [newest]: readonly { readonly id: string }[] = JSON.parse(text).results
    if (newest) own.push((await timeOne(`${address}/api/v1/executions/${newest.id}`)).ms)
  }
  await done
  return { looks: own.length, listMs: summary(list), executionMs: summary(own) }
}

async function timeOne(url: string): Promise<{ readonly ms: number; readonly text: string }> {
  const startMs = performance.now()
  const response = await fetch(url)
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return { ms: performance.now() - startMs, text }
}

function summary(times: readonly number[]): Figures {
  if (times.length === 0) return {}
  return { median: roundTo(median(times), 0), worst: roundTo(Math.max(...times), 0) }
}
