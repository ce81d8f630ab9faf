// What the process itself costs: read when somebody asks, under the names that boards for Node know. The delay of the event loop has to be
// watched all the time, which wakes an idle process fifty times a second; so the watch begins when it is asked for the first time.
import { readFileSync, readdirSync } from 'node:fs'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { counter, gauge, type Family, type Sample } from './family.ts'

type IntervalHistogram = ReturnType<typeof monitorEventLoopDelay>

const LAG_RESOLUTION_MS = 20
const NS_PER_SECOND = 1e9
const US_PER_SECOND = 1e6

export class ProcessFigures {
  #lag: IntervalHistogram | undefined
  #utilization = performance.eventLoopUtilization()

  families(): readonly Family[] {
    return [...this.#loopFamilies(), ...memoryFamilies(), ...processFamilies()]
  }

  stop(): void {
    this.#lag?.disable()
  }

  /** Of the time since somebody asked last. */
  #loopFamilies(): readonly Family[] {
    const lag = this.#lag
    if (!lag) {
      this.#lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS })
      this.#lag.enable()
    }
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, this.#utilization)
    this.#utilization = now
    const families = [
      gauge(
        { name: 'nodejs_eventloop_utilization', help: 'Part of the time in which the event loop had work.' },
        utilization,
      ),
      ...lagFamilies(lag),
    ]
    lag?.reset()
    return families
  }
}

function lagFamilies(lag: IntervalHistogram | undefined): readonly Family[] {
  const figure = (name: string, what: string, ns: number): Family =>
    gauge(
      { name: `nodejs_eventloop_lag_${name}`, help: `Delay of the event loop since the last scrape: ${what}.` },
      Number.isFinite(ns) ? Math.max(0, ns / NS_PER_SECOND - LAG_RESOLUTION_MS / 1_000) : 0,
    )
  // The first who asks has not been watched for.
  const has = lag !== undefined && lag.count > 0
  return [
    figure('mean_seconds', 'mean', has ? lag.mean : 0),
    figure('max_seconds', 'longest', has ? lag.max : 0),
    figure('p50_seconds', 'median', has ? lag.percentile(50) : 0),
    figure('p99_seconds', '99th percentile', has ? lag.percentile(99) : 0),
  ]
}

function memoryFamilies(): readonly Family[] {
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage()
  return [
    gauge({ name: 'process_resident_memory_bytes', help: 'Memory of the process.' }, rss),
    gauge({ name: 'nodejs_heap_size_total_bytes', help: 'Size of the heap.' }, heapTotal),
    gauge({ name: 'nodejs_heap_size_used_bytes', help: 'Used of the heap.' }, heapUsed),
    gauge({ name: 'nodejs_external_memory_bytes', help: 'Memory outside of the heap that objects hold.' }, external),
    gauge({ name: 'nodejs_array_buffers_bytes', help: 'Of that, what buffers hold.' }, arrayBuffers),
  ]
}

function processFamilies(): readonly Family[] {
  const { user, system } = process.cpuUsage()
  const files = openFiles()
  return [
    counter({ name: 'process_cpu_user_seconds_total', help: 'Processor time in the program.' }, user / US_PER_SECOND),
    counter(
      { name: 'process_cpu_system_seconds_total', help: 'Processor time in the system.' },
      system / US_PER_SECOND,
    ),
    counter({ name: 'process_cpu_seconds_total', help: 'Processor time.' }, (user + system) / US_PER_SECOND),
    gauge(
      { name: 'process_start_time_seconds', help: 'When the process began, in seconds since 1970.' },
      performance.timeOrigin / 1_000,
    ),
    gauge({ name: 'process_open_fds', help: 'Open files and sockets.' }, samplesOf(files.open)),
    gauge({ name: 'process_max_fds', help: 'How many there may be.' }, samplesOf(files.most)),
    gauge({ name: 'nodejs_version_info', help: 'Version of Node.' }, [
      { labels: { version: process.version }, value: 1 },
    ]),
  ]
}

function samplesOf(value: number | undefined): readonly Sample[] {
  return value === undefined ? [] : [{ value }]
}

interface OpenFiles {
  readonly open?: number
  readonly most?: number
}

function openFiles(): OpenFiles {
  if (process.platform !== 'linux') return {}
  const most = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  return { open: readdirSync('/proc/self/fd').length, ...(most === undefined ? {} : { most: Number(most) }) }
}
