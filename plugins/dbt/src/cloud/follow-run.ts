// Follows a run of dbt Cloud to its end: tells of its steps as they begin and end, and keeps what it has written.
import { askAgainUntil, listIn, lookInto, p, TaskError, textIn } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext } from '@batuta/plugin-sdk'
import { resultsOf, tellResults } from '../run-results.ts'
import type { Cloud } from './call-cloud.ts'

export const followProperties = {
  pollFrequency: p.duration().dynamic().default('PT5S').group('execution').title('How often the run is looked at.'),
  maxDuration: p.duration().dynamic().default('PT60M').group('execution').title('How long to wait for its end.'),
  parseRunResults: p
    .boolean()
    .dynamic()
    .default(true)
    .group('advanced')
    .title('Tell of each node of the run, with its rows and its time.'),
} as const

export const FOLLOW_OUTPUTS = [
  { name: 'runResults', type: 'uri', description: 'Its run_results.json, where it has one.' },
  { name: 'manifest', type: 'uri', description: 'Its manifest.json, where it has one.' },
] as const

interface Kept {
  readonly runResults?: string
  readonly manifest?: string
}

/** @throws {TaskError} for a run that failed or was cancelled; what it has written travels along. */
export async function followRun(
  ctx: RunContext,
  props: LazyProperties<typeof followProperties>,
  { cloud, runId }: { readonly cloud: Cloud; readonly runId: string },
): Promise<Kept> {
  const told = new Map<string, string>()
  const path = `/runs/${encodeURIComponent(runId)}/`
  const run = await askAgainUntil(ctx, {
    ask: async () => {
      const found = await cloud.ask('GET', `${path}?include_related=${encodeURIComponent('["run_steps"]')}`)
      tellSteps(ctx, found, told)
      return stateOf(found) === undefined ? undefined : found
    },
    everyMs: await props.pollFrequency.render(),
    atMostMs: await props.maxDuration.render(),
    what: `the run ${runId} of dbt Cloud`,
  })
  const kept = await keepFiles(ctx, cloud, { path, tells: await props.parseRunResults.render() })
  const state = stateOf(run)
  if (state === 'Success') return kept
  const why = textIn(run, 'status_message')
  const where = textIn(run, 'href')
  const message = [`the run ${runId} of dbt Cloud ended as ${state}`, why, where].filter(part => part !== undefined)
  throw new TaskError(message.join(': '), { outputs: { ...kept } })
}

/** The states in which nothing happens any more. */
const ENDED: Readonly<Record<string, string>> = { 10: 'Success', 20: 'Error', 30: 'Cancelled' }

function stateOf(run: unknown): string | undefined {
  const status = textIn(run, 'status')
  if (status === undefined) throw new TaskError('dbt Cloud answered without the status of the run')
  return ENDED[status]
}

function tellSteps(ctx: RunContext, run: unknown, told: Map<string, string>): void {
  for (const step of listIn(run, 'run_steps')) {
    const [name, status] = [textIn(step, 'name') ?? '', textIn(step, 'status_humanized') ?? '']
    const id = textIn(step, 'id') ?? name
    if (told.get(id) === status) continue
    told.set(id, status)
    ctx.logger.log(status === 'Error' ? 'ERROR' : 'INFO', `${name}: ${status}`)
    const logs = lookInto(step, 'logs')
    if (ENDED_STEPS.has(status) && typeof logs === 'string' && logs.trim() !== '') ctx.logger.debug(logs.trim())
  }
}

const ENDED_STEPS: ReadonlySet<string> = new Set(['Success', 'Error', 'Cancelled', 'Skipped'])

interface Files {
  readonly path: string
  readonly tells: boolean
}

async function keepFiles(ctx: RunContext, cloud: Cloud, { path, tells }: Files): Promise<Kept> {
  const results = await cloud.findText(`${path}artifacts/run_results.json`)
  const manifest = await cloud.findText(`${path}artifacts/manifest.json`)
  if (results !== undefined && tells) tellResults(ctx, resultsOf(results))
  return {
    ...(results === undefined ? {} : { runResults: await ctx.files.put(results, { name: 'run_results.json' }) }),
    ...(manifest === undefined ? {} : { manifest: await ctx.files.put(manifest, { name: 'manifest.json' }) }),
  }
}
