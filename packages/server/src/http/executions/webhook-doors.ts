// The webhooks of a flow, prepared once per plan: their keys, conditions, inputs and answers, so that a call costs a look-up and a birth.
import { createHash, timingSafeEqual } from 'node:crypto'
import {
  compileDeep,
  evaluateAsync,
  type Ask,
  compileTemplate,
  isTruthyText,
  mapGet,
  mapSize,
  printValue,
  type CompiledTemplate,
  type CompiledValue,
  type Plan,
  type Scope,
  type Trigger,
} from '@batuta/core'
import { signatureRuleOf, type SignatureRule } from './webhook-signature.ts'

export interface WebhookDoor {
  readonly trigger: Trigger
  /** Absent when the trigger gives no inputs. */
  readonly inputs?: CompiledValue
  readonly when?: CompiledTemplate
  /** Absent when the key is enough. */
  readonly signature?: SignatureRule
  readonly isWaiting: boolean
  readonly isReturningOutputs: boolean
  readonly status: number
  readonly contentType: string
}

interface PlanDoors {
  /** Doors whose keys are known: constants, and those that need nothing from outside. */
  readonly byKey: ReadonlyMap<string, WebhookDoor>
  /** Doors whose keys ask the world, a secret usually: rendered at each call. */
  readonly asking: readonly { readonly key: CompiledTemplate; readonly door: WebhookDoor }[]
}

const WEBHOOK = 'io.kestra.plugin.core.trigger.Webhook'
const doorsOfPlans = new WeakMap<Plan, PlanDoors>()

/** Undefined when no webhook of the flow has that key; one whose key cannot be rendered has none. */
export function findDoor(plan: Plan, key: string, scope: () => Scope): WebhookDoor | undefined {
  return doorsOf(plan, scope).byKey.get(key)
}

export function isAsking(plan: Plan, scope: () => Scope): boolean {
  return doorsOf(plan, scope).asking.length > 0
}

export async function findAskingDoor(
  plan: Plan,
  key: string,
  { scope, ask }: { readonly scope: () => Scope; readonly ask: Ask },
): Promise<WebhookDoor | undefined> {
  for (const { key: template, door } of doorsOf(plan, scope).asking) {
    const rendered = await evaluateAsync(inner => template.render(inner), scope(), ask).catch(() => undefined)
    if (rendered !== undefined && isSame(rendered.trim(), key)) return door
  }
  return undefined
}

/** In a time that does not tell how much of it was right; a key of the map is found by its hash, which says nothing about its beginning either. */
function isSame(one: string, other: string): boolean {
  const [left, right] = [one, other].map(text => createHash('sha256').update(text).digest())
  return left !== undefined && right !== undefined && timingSafeEqual(left, right)
}

function doorsOf(plan: Plan, scope: () => Scope): PlanDoors {
  const known = doorsOfPlans.get(plan)
  if (known) return known
  const byKey = new Map<string, WebhookDoor>()
  const asking: { readonly key: CompiledTemplate; readonly door: WebhookDoor }[] = []
  for (const trigger of plan.flow.triggers) {
    if (trigger.type !== WEBHOOK) continue
    const door = doorOf(trigger, plan)
    const template = compileTemplate(printValue(mapGet(trigger.properties, 'key') ?? null), {
      dialect: plan.flow.dialect,
    })
    if (template.needs.size > 0 || template.rendersText) {
      asking.push({ key: template, door })
      continue
    }
    const key = tryRender(template, scope)
    if (key !== undefined && key !== '' && !byKey.has(key)) byKey.set(key, door)
  }
  const doors = { byKey, asking }
  doorsOfPlans.set(plan, doors)
  return doors
}

function tryRender(template: CompiledTemplate, scope: () => Scope): string | undefined {
  try {
    return template.render(scope()).trim()
  } catch {
    return undefined // A key that cannot be rendered opens nothing.
  }
}

const STATUS_OK = 200

function doorOf(trigger: Trigger, { flow }: Plan): WebhookDoor {
  const text = (name: string): string => printValue(mapGet(trigger.properties, name) ?? null)
  const status = Number(text('responseCode'))
  const when = mapGet(trigger.properties, 'when')
  const signature = signatureRuleOf(trigger.properties, flow.dialect)
  return {
    trigger,
    ...(mapSize(trigger.inputs) === 0 ? {} : { inputs: compileDeep(trigger.inputs, { dialect: flow.dialect }) }),
    ...(typeof when === 'string' ? { when: compileTemplate(when, { dialect: flow.dialect }) } : {}),
    ...(signature === undefined ? {} : { signature }),
    isWaiting: isTruthyText(text('wait')),
    isReturningOutputs: isTruthyText(text('returnOutputs')),
    status: Number.isInteger(status) && status >= STATUS_OK && status < 600 ? status : STATUS_OK,
    contentType: text('responseContentType') === 'text/plain' ? 'text/plain; charset=utf-8' : 'application/json',
  }
}
