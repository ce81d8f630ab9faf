// What turns are given besides state and plan, and how a template that asks the world is evaluated outside of them.
import {
  Fuel,
  ROOT,
  evaluateSlot,
  newId,
  printValue,
  shardOf,
  type Ask,
  type ChildRequest,
  type TurnEnv,
  type Value,
} from '@batuta/core'
import { SecretMask, sealSecrets } from '@batuta/plugin-sdk'
import { askFor } from '../answers/ask.ts'
import { storeLarge } from '../answers/stored-values.ts'
import type { AnswerWorld, Asker } from '../answers/answers.ts'
import { prepareBirthNow, problemText, type StartWorld } from '../flows/births.ts'
import type { LimitRules } from '../flows/limit-rules.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { Platform } from '../platform/platform.ts'
import type { EngineOptions } from './engine.ts'
import type { FlowCatalogue } from '../flows/flow-catalogue.ts'

export interface TurnEnvironmentOptions {
  readonly platform: Platform
  readonly flows: FlowCatalogue
  readonly zone: string
  readonly locale: string
  readonly configuredRoots: ReadonlyMap<string, Value>
  readonly limits?: LimitRules
  startWorld(): StartWorld
}

export function newTurnEnvironment(options: TurnEnvironmentOptions): EngineOptions['envOf'] {
  const { platform, zone, locale, configuredRoots, startWorld, limits } = options
  const { encrypt } = startWorld()
  return ({ nowMs, random, executionId, admit }) => ({
    nowMs,
    random,
    admit,
    zone,
    locale,
    fuel: new Fuel(),
    configuredRoots,
    ...(encrypt ? { encrypt } : {}),
    newId: flow => {
      const shard = limits?.birthShardOf(flow) ?? shardOf(executionId)
      return newId({ nowMs: platform.nowMs(), shard, random: () => platform.random() })
    },
    prepareChild: request => prepareChild(request, executionId, options),
  })
}

function prepareChild(
  request: ChildRequest,
  parentId: string,
  { flows, startWorld }: TurnEnvironmentOptions,
): ReturnType<TurnEnv['prepareChild']> {
  const name = `"${request.namespace}.${request.flowId}"`
  const entry = flows.newest(request)
  if (!entry) return { problem: `There is no flow ${name}: a subflow must exist when it is started.` }
  if (entry.isDisabled) return { problem: `The flow ${name} is disabled: enable it to start it as a subflow.` }
  const start = { plan: flows.planOf(entry), inputs: request.inputs, labels: request.labels, trigger: request.trigger }
  const prepared = prepareBirthNow(parentId, start, startWorld())
  return 'birth' in prepared ? { birth: prepared.birth } : { problem: problemText(prepared.problems) }
}

/** Evaluates outside the turn and submits what came out of it. */
export function newEvaluator(
  world: AnswerWorld,
  inbox: Inbox,
  onNotice: (message: string, error?: unknown) => void,
): EngineOptions['evaluate'] {
  return async ({ state, plan, env, run, slot }) => {
    const { id, tenant, namespace, flowId } = state
    const question = { type: 'evaluated', executionId: id, run, slot } as const
    const asker = { tenant, namespace, flowId, executionId: id, dialect: plan.flow.dialect }
    const evaluate = async (): Promise<Value> => {
      const { ask, open, mask } = watchSecrets(world, asker)
      const value = await evaluateSlot({ state, plan, env }, { run, slot }, ask, open)
      if (run !== ROOT) return value
      const seal = (text: string): Promise<Value> => Promise.resolve(world.encrypt?.(text) ?? null)
      const sealed = mask.isEmpty ? value : await sealSecrets(value, { mask, seal })
      return await storeLarge(world, sealed, { ...asker, name: slot })
    }
    try {
      const answer = await evaluate().then(
        value => ({ value }),
        (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
      )
      await inbox.submit({ ...question, ...answer })
    } catch (error) {
      onNotice(`the evaluation of "${slot}" of ${id} was not taken; it is asked again`, error)
    }
  }
}

/** What is asked is remembered as far as it is secret, so that nothing of it is kept in the clear. */
function watchSecrets(
  world: AnswerWorld,
  asker: Asker,
): { readonly ask: Ask; readonly open: ((cipher: string) => string) | undefined; readonly mask: SecretMask } {
  const mask = new SecretMask()
  const answers = askFor(world, asker)
  const { decrypt } = world
  const open = (cipher: string): string => {
    const text = decrypt?.(cipher) ?? ''
    mask.add(text)
    return text
  }
  const ask: Ask = async request => {
    const value = await answers(request)
    if (request.name === 'secret') mask.add(printValue(value))
    return value
  }
  return { ask, open: decrypt ? open : undefined, mask }
}
