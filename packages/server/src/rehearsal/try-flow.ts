// A flow that need not be saved, played on a stage of its own: the whole of it, up to a task, or one task with what an earlier execution came to
// standing in for the others. Tasks that run here run for real – requests are sent, tables and files are written –, with the secrets and keys of this
// server; what is kept of them is not: no execution, no log, no key that they set, no file that they put out.
import { setTimeout as pause } from 'node:timers/promises'
import {
  presentExecution,
  stopPoints,
  trust,
  withFixtures,
  type ApiDialect,
  type Flow,
  type TaskFixture,
  type TryTarget,
  type ValueMap,
} from '@batuta/core'
import type { AnswerWorld } from '../answers/answers.ts'
import { askFor } from '../answers/ask.ts'
import { prepareBirth, problemText, type StartWorld } from '../flows/births.ts'
import { withAncestors } from '../namespaces/ancestors.ts'
import type { StoredLogLine } from '../storage/batch.ts'
import { scriptOf } from './run-test-case.ts'
import { openStage, TENANT, type Stage, type StageOptions } from './stage.ts'
import { VirtualPlatform } from './virtual-platform.ts'

export interface TryOptions {
  readonly flow: Flow
  /** Those that it may start. */
  readonly others: readonly Flow[]
  /** The whole flow without one. */
  readonly target?: TryTarget
  readonly inputs: ValueMap
  /** What stands in for tasks. */
  readonly pins: readonly TaskFixture[]
  /** Another one for each try: ids are drawn from it. */
  readonly seed: string
  readonly dialect: ApiDialect
  readonly signal: AbortSignal
}

export interface TryWorld {
  readonly answers: AnswerWorld
  readonly start: StartWorld
  readonly tenant: string
  readonly environment: StageOptions['environment']
  openActors?: StageOptions['openActors']
}

export interface Tried {
  /** Why it did not begin, or could not go on. */
  readonly problems: readonly string[]
  /** The document of the execution, as JSON text. */
  readonly execution?: string
  readonly logs: readonly StoredLogLine[]
  /** Tasks that were answered by what stands in for them. */
  readonly pinned: readonly string[]
  /** It was stopped before it came to rest. */
  readonly isCut: boolean
}

export const TRY_MAX_MS = 120_000
const KEYS_MAX = 1_000
const LOGS_MAX = 1_000
const TRACE = 0

export async function tryFlow(options: TryOptions, world: TryWorld): Promise<Tried> {
  const { target, pins } = options
  const pinned = new Set(pins.map(({ id }) => id))
  if (target) pinned.delete(target.taskId)
  const stops = target ? stopPoints(options.flow, target, pinned) : []
  if (!stops) return refused(`There is no task "${target?.taskId ?? ''}" in the flow.`)
  const notices: string[] = []
  const stage = await openStage(stageOptions(options, world, { pinned, notices }))
  try {
    await copyKeys(stage, options.flow.namespace, world)
    return await play(stage, { options, world, stops, pinned, notices })
  } finally {
    await stage.close()
    await removeFiles(stage, world)
  }
}

function refused(problem: string): Tried {
  return { problems: [problem], logs: [], pinned: [], isCut: false }
}

interface Noted {
  readonly pinned: ReadonlySet<string>
  readonly notices: string[]
}

function stageOptions(options: TryOptions, world: TryWorld, { pinned, notices }: Noted): StageOptions {
  const { flow, others, target, seed } = options
  const { answers, start, environment } = world
  const { zone, locale, configuredRoots, secretKey = {} } = start
  // What comes after an execution belongs to executions that are kept.
  const bare: Flow = target ? { ...flow, triggers: [], afterExecution: [], listeners: [] } : { ...flow, triggers: [] }
  return {
    platform: new VirtualPlatform(start.nowMs, seed),
    flows: [withFixtures(bare, pinned), ...others],
    files: answers.files,
    environment,
    configuredRoots,
    zone,
    locale,
    script: scriptOf(options.pins),
    secretKey,
    answers: own => ({ ...answersOver(own, world), ...secretKey }),
    ...(world.openActors && { openActors: world.openActors }),
    onNotice: (message, error) =>
      void notices.push(
        error === undefined ? message : `${message}: ${error instanceof Error ? error.message : String(error)}`,
      ),
  }
}

/** Secrets are those of this server; all else is the stage's own. */
function answersOver(own: AnswerWorld, { answers, tenant }: TryWorld): AnswerWorld {
  const { environmentSecrets, managers = [], store, rowKeys, secretRules } = answers
  const findSecret: AnswerWorld['store']['read']['findSecret'] = (_, namespace, key) =>
    store.read.findSecret(tenant, namespace, key)
  return {
    ...own,
    environmentSecrets,
    managers,
    ...(rowKeys && { rowKeys }),
    ...(secretRules && { secretRules }),
    store: { ...own.store, read: { ...own.store.read, findSecret } },
  }
}

/** Read here, and written here: what a try sets nobody else sees. */
async function copyKeys(stage: Stage, namespace: string, { answers, tenant }: TryWorld): Promise<void> {
  for (const each of withAncestors(namespace))
    for (const row of (await answers.store.read.listKeys(tenant, each)).slice(0, KEYS_MAX)) {
      const { version: _version, createdMs: _createdMs, ...content } = row
      await stage.store.perform('setKey', { ...content, tenant: TENANT, isOverwriting: true })
    }
}

interface Play extends Noted {
  readonly options: TryOptions
  readonly world: TryWorld
  readonly stops: readonly string[]
}

async function play(stage: Stage, { options, world, stops, pinned, notices }: Play): Promise<Tried> {
  const { flow, inputs, dialect, signal } = options
  const entry = stage.flows.newest({ tenant: TENANT, namespace: flow.namespace, flowId: flow.id })
  if (!entry) return refused('The flow could not be read.')
  const executionId = stage.newId()
  const asker = { tenant: TENANT, namespace: flow.namespace, flowId: flow.id, executionId, dialect: flow.dialect }
  const prepared = await prepareBirth(
    executionId,
    { plan: stage.flows.planOf(entry), inputs },
    { world: { ...world.start, nowMs: stage.startWorld().nowMs }, ask: askFor(stage.answers, asker) },
  )
  if (!('birth' in prepared)) return refused(problemText(prepared.problems))
  const birth = stops.length === 0 ? prepared.birth : { ...prepared.birth, breakpoints: stops.map(id => ({ id })) }
  await stage.engine.submit({ type: 'create', executionId, birth })
  const isCut = await playUntil(stage, signal, notices)
  const seen = await stage.look(executionId)
  const document = seen && presentExecution(seen.state, seen.plan, { dialect, nowMs: stage.startWorld().nowMs })
  const ran = new Set(seen?.state.runs.flatMap(({ task }) => [seen.plan.tasks[task]?.id]))
  return {
    problems: [...notices, ...(seen?.state.problem === undefined ? [] : [seen.state.problem])],
    ...(document !== undefined && { execution: document }),
    logs: await logsOf(stage, executionId),
    pinned: [...pinned].filter(id => ran.has(id)),
    isCut,
  }
}

/** True when it had to be stopped: nobody waits any more, or it took too long. */
async function playUntil(stage: Stage, signal: AbortSignal, notices: string[]): Promise<boolean> {
  const over = new AbortController()
  const limits = AbortSignal.any([signal, over.signal])
  const cut = pause(TRY_MAX_MS, true, { signal: limits, ref: false }).catch(() => !over.signal.aborted)
  const played = stage.play().then(
    () => false,
    (error: unknown) => {
      notices.push(error instanceof Error ? error.message : String(error))
      return false
    },
  )
  try {
    return await Promise.race([played, cut])
  } finally {
    over.abort()
  }
}

async function logsOf({ store }: Stage, executionId: string): Promise<readonly StoredLogLine[]> {
  const rows = await store.read.logsOf({ executionId, levelMin: TRACE, limit: LOGS_MAX })
  return rows.flatMap(({ lines }) => trust<readonly StoredLogLine[]>(JSON.parse(lines))).slice(0, LOGS_MAX)
}

async function removeFiles({ tables }: Stage, { answers }: TryWorld): Promise<void> {
  for (const { id, namespace, flowId } of tables.executions.values())
    await answers.files.deleteFolder(`kestra:///${namespace.replaceAll('.', '/')}/${flowId}/executions/${id}/`)
}
