// Loaded into a server before it starts (`--import`): from the first SIGUSR2 on it sums what the garbage collector takes, from the second on it samples
// everything that is allocated, whether it lives on or not, and with the third it writes both to the file. Sampling costs time of its own, therefore apart.
import { writeFileSync } from 'node:fs'
import { Session, type HeapProfiler } from 'node:inspector'
import { PerformanceObserver } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'
import type { Allocations, AllocationSite } from './allocation-figures.ts'

const INTERVAL_BYTES = 128 * 1024

const file = process.env['BENCH_ALLOCATIONS_FILE']
// Its children and its threads are told the same.
if (file !== undefined && isMainThread) start(`${file}.${process.pid}`)

function start(target: string): void {
  const session = new Session()
  let gcMs = 0
  let gcCount = 0
  const observer = new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) {
      gcMs += duration
      gcCount += 1
    }
  })
  const steps: (() => void)[] = [
    () => observer.observe({ entryTypes: ['gc'] }),
    () => {
      observer.disconnect()
      session.connect()
      session.post('HeapProfiler.startSampling', {
        samplingInterval: INTERVAL_BYTES,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      })
    },
    () =>
      session.post('HeapProfiler.stopSampling', (error, { profile }) => {
        if (error) throw error
        const allocations: Allocations = { gcMs, gcCount, ...sitesOf(profile) }
        writeFileSync(target, JSON.stringify(allocations))
      }),
  ]
  process.on('SIGUSR2', () => steps.shift()?.())
}

/** By the function that allocated, however it was called. */
function sitesOf({ head }: HeapProfiler.SamplingHeapProfile): Pick<Allocations, 'bytes' | 'sites'> {
  const sites = new Map<string, AllocationSite>()
  let bytes = 0
  const stack = [{ node: head, callers: '' }]
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, callers } = next
    const { functionName, url, lineNumber } = node.callFrame
    const site = `${functionName || '(anonymous)'} ${url.slice(url.lastIndexOf('/') + 1)}:${lineNumber + 1}`
    bytes += node.selfSize
    const known = sites.get(site) ?? { site, bytes: 0, callers: {} }
    known.bytes += node.selfSize
    if (node.selfSize > 0) known.callers[callers] = (known.callers[callers] ?? 0) + node.selfSize
    sites.set(site, known)
    for (const child of node.children) stack.push({ node: child, callers: functionName || '(anonymous)' })
  }
  return { bytes, sites: [...sites.values()].filter(site => site.bytes > 0).sort((a, b) => b.bytes - a.bytes) }
}
