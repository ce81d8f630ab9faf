// What a message about an execution says. The facts come from the server; the message is made of the same lines for every service, so that whoever
// reads it in one place recognises it in another.
import { isMap, mapEntries, mapGet, p, printValue, TaskError } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, Value, ValueMap } from '@batuta/plugin-sdk'

export const executionProperties = {
  templateUri: p
    .string()
    .dynamic()
    .group('advanced')
    .title('A template of the message: the URI of a stored file; without it the built-in message is sent.'),
  templateRenderMap: p.map().dynamic().group('advanced').title('Variables of the template, beside the facts.'),
  executionId: p
    .string()
    .dynamic()
    .default('{{ execution.id }}')
    .group('advanced')
    .title('The execution that the message is about.'),
  customFields: p.map().dynamic().group('destination').title('Further lines of the message, by their names.'),
  customMessage: p.string().dynamic().group('destination').title('A text below the facts.'),
} as const

export interface ExecutionFacts {
  readonly id: string
  readonly namespace: string
  readonly flowId: string
  readonly state: string
  readonly duration: string
  readonly startDate: string
  readonly link: string
  readonly firstFailed: string | undefined
  readonly lastTask: string | undefined
  readonly customFields: readonly (readonly [string, string])[]
  readonly customMessage: string | undefined
  /** For templates of the author: everything, under the names that Kestra gives it. */
  readonly scope: ValueMap
}

export async function renderFacts(
  ctx: RunContext,
  props: LazyProperties<typeof executionProperties>,
): Promise<ExecutionFacts> {
  const executionId = (await props.executionId.render()).trim()
  const answer = await ctx.ports.ask('execution.facts', { executionId, exceptTaskRunId: ctx.taskRun.id })
  if (!isMapValue(answer)) throw new TaskError(`there is nothing to tell about the execution "${executionId}"`)
  const customFields = (await props.customFields.render()) ?? {}
  const customMessage = await props.customMessage.render()
  const execution = mapGet(answer, 'execution') ?? null
  const own = (await props.templateRenderMap.render()) ?? {}
  return {
    id: textAt(execution, 'id') ?? executionId,
    namespace: textAt(execution, 'namespace') ?? '',
    flowId: textAt(execution, 'flowId') ?? '',
    state: textAt(execution, 'state', 'current') ?? '',
    duration: textAt(answer, 'duration') ?? '',
    startDate: textAt(answer, 'startDate') ?? '',
    link: textAt(answer, 'link') ?? '',
    firstFailed: textAt(answer, 'firstFailed', 'taskId'),
    lastTask: textAt(answer, 'lastTask', 'taskId'),
    customFields: [...mapEntries(customFields)].map(([name, value]) => [name, printValue(value)]),
    customMessage,
    scope: {
      ...Object.fromEntries(mapEntries(own)),
      ...Object.fromEntries(mapEntries(answer)),
      customFields,
      customMessage: customMessage ?? null,
    },
  }
}

/** Names and values of the message, in its order. */
export function factLines(facts: ExecutionFacts): readonly (readonly [string, string])[] {
  return [
    ['Namespace', facts.namespace],
    ['Flow', facts.flowId],
    ['Execution', facts.id],
    ['State', facts.state],
    ['Started', facts.startDate],
    ['Duration', facts.duration],
    ...(facts.firstFailed === undefined ? [] : [['First failed task', facts.firstFailed] as const]),
    ...(facts.lastTask === undefined ? [] : [['Last task', facts.lastTask] as const]),
    ...facts.customFields,
  ]
}

/** In `errors` the execution still runs, although everybody knows what it will come to. */
export function headline({ namespace, flowId, state, duration, firstFailed }: ExecutionFacts): string {
  const flow = `${namespace}.${flowId}`
  if (ENDED.has(state)) return `${flow} ended ${state} after ${duration}`
  return firstFailed === undefined
    ? `${flow} is ${state} since ${duration}`
    : `${flow} failed at ${firstFailed} after ${duration}`
}

const ENDED: ReadonlySet<string> = new Set([
  ...['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'SKIPPED', 'RETRIED'],
])

/** The message where there is nothing but text. */
export function plainMessage(facts: ExecutionFacts): string {
  const lines = factLines(facts).map(([name, value]) => `${name}: ${value}`)
  const own = facts.customMessage === undefined ? [] : ['', facts.customMessage]
  return [headline(facts), '', ...lines, ...own, '', facts.link].join('\n')
}

const FAILED = 'dc3545'
const COLOURS: ReadonlyMap<string, string> = new Map([
  ['SUCCESS', '28a745'],
  ['WARNING', 'ffc107'],
  ['FAILED', FAILED],
  ['KILLED', FAILED],
  ['CANCELLED', FAILED],
])

/** Six hexadecimal digits. */
export function colourOf({ state, firstFailed }: ExecutionFacts): string {
  return COLOURS.get(state) ?? (firstFailed === undefined ? '1a73e8' : FAILED)
}

function isMapValue(value: Value): value is ValueMap {
  return value !== null && typeof value === 'object' && isMap(value)
}

function textAt(value: Value, ...path: readonly string[]): string | undefined {
  let at: Value = value
  for (const name of path) {
    if (!isMapValue(at)) return undefined
    at = mapGet(at, name) ?? null
  }
  return at === null || typeof at === 'object' ? undefined : printValue(at)
}
