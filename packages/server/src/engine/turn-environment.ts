// What turns are given besides state and plan, and how a template that asks the world is evaluated outside of them.
import {
  Fuel,
  ROOT,
  batchQuestionOf,
  childAskedBy,
  createdMsOf,
  encodeValue,
  evaluateSlot,
  moveId,
  newId,
  disarm,
  sealValue,
  shardOf,
  trust,
  type Birth,
  type ChildRequest,
  type Input,
  type Plan,
  type PreparedChild,
  type Value,
} from '@batuta/core'
import { askFor } from '../answers/ask.ts'
import { storeLarge } from '../answers/stored-values.ts'
import type { AnswerWorld } from '../answers/answers.ts'
import {
  prepareBirth,
  prepareBirthNow,
  problemText,
  type BirthPlace,
  type PreparedBirth,
  type StartRequest,
  type StartWorld,
} from '../flows/births.ts'
import type { Breakers } from '../flows/breakers.ts'
import type { LimitRules } from '../flows/limit-rules.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { KillSwitches } from '../inbox/kill-switches.ts'
import type { Platform } from '../platform/platform.ts'
import { WatchedSecrets } from '../secrets/watched-secrets.ts'
import type { FlowKey } from '../storage/store.ts'
import { answerBatchQuestion } from './batch-files.ts'
import type { EngineOptions } from './engine.ts'
import type { FlowCatalogue } from '../flows/flow-catalogue.ts'

export interface TurnEnvironmentOptions {
  readonly platform: Platform
  readonly flows: FlowCatalogue
  readonly zone: string
  readonly locale: string
  readonly configuredRoots: ReadonlyMap<string, Value>
  readonly limits?: LimitRules
  readonly switches?: Pick<KillSwitches, 'judge'>
  startWorld(): StartWorld
}

export function newTurnEnvironment(options: TurnEnvironmentOptions): EngineOptions['envOf'] {
  const { platform, zone, locale, configuredRoots, startWorld, limits, switches } = options
  const { encrypt, secretKey } = startWorld()
  const openSecrets = secretKey?.decrypt && ((): WatchedSecrets => new WatchedSecrets(secretKey))
  const ids = newSequence(platform)
  return ({ nowMs, random, executionId, admit }) => {
    const env = {
      nowMs,
      random,
      admit: switches ? withSwitches(admit, switches) : admit,
      zone,
      locale,
      fuel: new Fuel(),
      configuredRoots,
      newId: (flow: FlowKey) => ids(limits?.birthShardOf(flow) ?? shardOf(executionId)),
      prepareChild: (request: ChildRequest) => prepareChild(request, executionId, options),
    }
    return encrypt || openSecrets
      ? { ...env, ...(encrypt ? { encrypt } : {}), ...(openSecrets ? { openSecrets } : {}) }
      : env
  }
}

type Admit = Parameters<EngineOptions['envOf']>[0]['admit']

/** A kill switch comes before all limits. */
function withSwitches(admit: Admit, { judge }: Pick<KillSwitches, 'judge'>): Admit {
  return state => {
    const off = judge(state)
    return off ? { type: 'switched-off', ...off } : admit(state)
  }
}

/** Far enough apart that nobody guesses one by another, near enough that a million of them do not go round. */
const STEP_MAX = 2 ** 40

/** Ids of a shard that sort by their making, also those that are made within a millisecond. */
function newSequence(platform: Platform): (shard: number) => string {
  const latest = new Map<number, string>()
  return shard => {
    const made = newId({ nowMs: platform.nowMs(), shard, random: () => platform.random() })
    const last = latest.get(shard)
    const isLater = last === undefined || createdMsOf(made) !== createdMsOf(last)
    const id = isLater ? made : moveId(last, 1 + Math.floor(platform.random() * STEP_MAX))
    latest.set(shard, id)
    return id
  }
}

function prepareChild(request: ChildRequest, parentId: string, options: TurnEnvironmentOptions): PreparedChild {
  const { flows, startWorld } = options
  const entry = flows.newest(request)
  if (!entry) return { problem: `There is no flow ${nameOf(request)}: a subflow must exist when it is started.` }
  if (entry.isDisabled) return disabled(request)
  const { revision = entry.revision } = request
  const plan = revision === entry.revision ? flows.planOf(entry) : flows.findPlan(request, revision)
  if (!plan || isAskingPlan(plan)) return { isAsking: true }
  return preparedOf(prepareBirthNow(parentId, startOf(request, plan), startWorld()))
}

type ChildWorld = Pick<TurnEnvironmentOptions, 'flows' | 'startWorld'> & { readonly breakers?: Breakers }
type ChildPlace = ChildWorld & Pick<BirthPlace, 'ask' | 'secrets'>

/** With all the time it takes: the revision is read, and what its inputs ask is answered. */
async function prepareChildAsking(
  request: ChildRequest,
  parentId: string,
  { flows, startWorld, ask, secrets, breakers }: ChildPlace,
): Promise<Birth> {
  const revision = request.revision ?? flows.newest(request)?.revision
  const plan = revision === undefined ? undefined : await flows.loadPlan(request, revision)
  if (!plan) throw new Error(`There is no revision ${revision ?? 1} of the flow ${nameOf(request)}.`)
  const { tenant, namespace, flowId } = request
  const held = await breakers?.heldBy({ tenant, namespace, flowId }, plan.flow)
  if (held) throw new Error(`The flow ${nameOf(request)} is not begun: ${held.reason}.`)
  const place = { world: startWorld(), ask, ...(secrets ? { secrets } : {}) }
  const prepared = await prepareBirth(parentId, startOf(request, plan), place)
  if ('birth' in prepared) return prepared.birth
  throw new Error(problemText(prepared.problems))
}

function startOf({ inputs, labels, inherited, trigger, scheduledMs }: ChildRequest, plan: Plan): StartRequest {
  const own = new Set(plan.flow.labels.map(({ key }) => key))
  return {
    plan,
    inputs,
    labels: [...inherited.filter(({ key }) => !own.has(key)), ...labels],
    trigger,
    ...(scheduledMs === undefined ? {} : { scheduledMs }),
  }
}

function preparedOf(prepared: PreparedBirth): PreparedChild {
  return 'birth' in prepared ? { birth: prepared.birth } : { problem: problemText(prepared.problems) }
}

function disabled(request: ChildRequest): PreparedChild {
  return { problem: `The flow ${nameOf(request)} is disabled: enable it to start it as a subflow.` }
}

function nameOf({ namespace, flowId }: ChildRequest): string {
  return `"${namespace}.${flowId}"`
}

const asking = new WeakMap<Plan, boolean>()

/** Templates of its inputs may ask the world; which do is known only when they are rendered. A circuit breaker reads what failed before. */
function isAskingPlan(plan: Plan): boolean {
  const { inputs, circuitBreaker } = plan.flow
  const answer = asking.get(plan) ?? (circuitBreaker !== undefined || inputs.some(isAskingInput))
  asking.set(plan, answer)
  return answer
}

const ASKING = /\b(?:kv|secret|read|fileSize|http|jq|errorLogs|render|renderOnce|appLink|credential|fetchContext)\s*\(/

function isAskingInput(input: Input): boolean {
  return ASKING.test(encodeValue(trust<Value>(input)))
}

export type EvaluatorWorld = AnswerWorld & {
  /** What preparing a child takes. */
  readonly children: ChildWorld
}

/** Evaluates outside the turn and submits what came out of it. */
export function newEvaluator(
  { children, ...world }: EvaluatorWorld,
  inbox: Inbox,
  onNotice: (message: string, error?: unknown) => void,
): EngineOptions['evaluate'] {
  return async ({ state, plan, env, run, slot }) => {
    const { id, tenant, namespace, flowId } = state
    const question = { type: 'evaluated', executionId: id, run, slot } as const
    const asker = { tenant, namespace, flowId, executionId: id, dialect: plan.flow.dialect }
    const secrets = new WatchedSecrets(world)
    const view = { state, plan, env: { ...env, secrets } }
    const ask = secrets.watch(askFor(world, asker))
    const evaluate = async (): Promise<Value> => {
      const child = childAskedBy(view, { run, slot })
      if (child) return trust<Value>(await prepareChildAsking(child, id, { ...children, ask, secrets }))
      const batches = batchQuestionOf(view, { run, slot })
      if (batches) return await answerBatchQuestion(batches, world.files)
      const open = world.decrypt && ((cipher: string): Value => secrets.open(cipher))
      const value = await evaluateSlot(view, { run, slot }, ask, open)
      // Whatever was encrypted has been opened: what still looks so was made up.
      const own = open ? disarm(value) : value
      const sealed = secrets.isEmpty ? own : sealValue(own, secrets)
      return run === ROOT ? await storeLarge(world, sealed, { ...asker, name: slot }) : sealed
    }
    try {
      const answer = await evaluate().then(
        value => ({ value }),
        (error: unknown) => ({ error: secrets.mask(error instanceof Error ? error.message : String(error)) }),
      )
      await inbox.submit({ ...question, ...answer })
    } catch (error) {
      onNotice(`the evaluation of "${slot}" of ${id} was not taken; it is asked again`, error)
    }
  }
}
