// npm run bench:ui -- [--store sqlite|postgres] [--data DIR] [--full | --small] [--rounds N] [--only TEXT] [--kept] [--json]
// The budgets of the page on a fixture of a million executions: each page visited with nothing in the browser's cache, and used. Ends with 1 above a budget.
// --kept reads the files of the fixture before each visit, which another machine would have kept in memory; its figures are told as such.
import { mkdirSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../../tests/browser/browser.ts'
import { calibrate } from '../harness/calibrate.ts'
import { describeMachine, describeVersions } from '../harness/machine.ts'
import type { ServerProcess } from '../harness/server-process.ts'
import { readMemory } from '../harness/process-figures.ts'
import { readFixtureOptions } from './fixture-options.ts'
import { openPlace } from './fixture/fixture-place.ts'
import { keepFiles } from './fixture/keep-files.ts'
import { linesOf, prepareFixture, verifyFixture, type FixtureState } from './fixture/fixture.ts'
import { LIVE_PAGES, watchGantt, watchTopology } from './measure/live.ts'
import { mergeSamples, printSamples, shareOf, type Sample } from './measure/figure.ts'
import { pagesOf } from './measure/pages.ts'
import { timeLayout } from './measure/time-layout.ts'
import {
  filterBy,
  tellInteractions,
  useEditor,
  useGantt,
  useList,
  useLongLog,
  useTopology,
  type UsePage,
} from './measure/use-pages.ts'
import { visit, type PageSpec } from './measure/visit.ts'

const { values } = parseArgs({
  options: {
    store: { type: 'string' },
    data: { type: 'string' },
    full: { type: 'boolean' },
    small: { type: 'boolean' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    kept: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

const ALL_FAILED = `[...document.querySelectorAll('main tbody tr[aria-rowindex] a')].length > 0 &&
  [...document.querySelectorAll('main tbody tr[aria-rowindex]')].every(row => /failed/i.test(row.querySelector('a')?.getAttribute('aria-label') ?? row.textContent))`
const ALL_OF_AREA = `[...document.querySelectorAll('main tbody tr[aria-rowindex]')].length > 0 &&
  [...document.querySelectorAll('main tbody tr[aria-rowindex]')].every(row => row.textContent.includes('area7'))`

/** What is done on a page after it is there. */
const USES: Readonly<Record<string, readonly UsePage[]>> = {
  executions: [useList, filterBy('state:failed', ALL_FAILED), tellInteractions],
  flows: [useList, filterBy('ns:shop.area7', ALL_OF_AREA), tellInteractions],
  triggers: [useList, tellInteractions],
  'logs of 10⁶ lines': [useLongLog, tellInteractions],
  'gantt of 10⁴ runs': [useGantt, tellInteractions],
  'topology of 500': [useTopology, tellInteractions],
  'editor of 5,000 lines': [useEditor, tellInteractions],
}

const { kind, folder, size } = readFixtureOptions(values)
mkdirSync(folder, { recursive: true })
const calibration = calibrate(folder)
const place = await openPlace(kind, folder)
try {
  const state = await prepareFixture({ place, say }, size)
  const server = await place.startServer()
  const browser = await openBrowser()
  try {
    say(`${await verifyFixture(server, state)} copies tell what their originals told`)
    await measure(state, { server, browser })
  } finally {
    await browser.close()
    await server.stop()
  }
} finally {
  await place.close()
}

interface Stage {
  readonly server: ServerProcess
  readonly browser: Browser
}

async function measure(state: FixtureState, { server, browser }: Stage): Promise<void> {
  const specs = pagesOf(state).filter(({ name }) => values.only === undefined || name.includes(values.only))
  const samples: Sample[] = []
  const failures: string[] = []
  for (let round = 1; round <= Number(values.rounds); round++) {
    const callsMs: number[] = []
    const take = (more: readonly Sample[], calls: readonly number[] = []): void => {
      samples.push(...more)
      callsMs.push(...calls)
    }
    for (const spec of specs) {
      say(`round ${round}: ${spec.name} (load average ${loadAverage()})`)
      if (values.kept) keepFiles(folder)
      await measurePage(spec, { server, browser }, take).catch((error: unknown) => {
        const message = error instanceof Error ? error.message.split('\n', 3).join(' ') : String(error)
        failures.push(`${spec.name}: ${message}`)
      })
    }
    if (callsMs.length > 0) samples.push(callsOfAll(callsMs))
    for (const [index, watch] of [watchGantt, watchTopology].entries()) {
      const name = LIVE_PAGES[index] ?? ''
      if (values.only !== undefined && !name.includes(values.only)) continue
      say(`round ${round}: ${name} (load average ${loadAverage()})`)
      samples.push(...(await watch(browser, server.address)))
    }
  }
  if (specs.some(({ name }) => name in USES)) samples.push(await timeLayout(server.address))
  const figures = mergeSamples(samples)
  const over = figures.filter(({ isOver }) => isOver)
  const about = {
    store: kind,
    areFilesKept: values.kept,
    executions: size.executions,
    logLines: linesOf(state),
    serverReadyMs: Math.round(server.readyMs),
    serverPeakMB: Math.round(readMemory(server.pid).peakBytes / 1e6),
    calibration: { ...calibration },
    machine: describeMachine(),
    versions: describeVersions(),
    at: new Date().toISOString(),
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ ...about, figures, failures })}\n`)
  else process.stdout.write(`${printSamples(figures)}\n\n${JSON.stringify(about)}\n`)
  for (const failure of new Set(failures)) say(`not measured: ${failure}`)
  say(`${over.length} of ${figures.filter(({ most }) => most !== undefined).length} budgets are broken`)
  if (over.length > 0 || failures.length > 0) process.exitCode = 1
}

function callsOfAll(callsMs: readonly number[]): Sample {
  const value = shareOf(callsMs, 0.95)
  return {
    page: 'all pages',
    what: 'call of first paint p95',
    unit: 'ms',
    value,
    most: 50,
    note: `${callsMs.length} calls`,
  }
}

/** What was measured before something went wrong counts. */
async function measurePage(
  spec: PageSpec,
  { server, browser }: Stage,
  take: (samples: readonly Sample[], callsMs?: readonly number[]) => void,
): Promise<void> {
  const { page, samples, callsMs, close } = await visit(browser, server.address, spec)
  take(samples, callsMs)
  try {
    for (const use of USES[spec.name] ?? []) take(await use({ page, name: spec.name }))
  } finally {
    await close()
  }
}

function loadAverage(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ', 1)[0] ?? ''
}

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`)
}
