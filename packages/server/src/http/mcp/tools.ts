// The tools of a server: the flows that the caller may see and that have an McpToolTrigger for it.
import { isMap, mapGet, printValue, type Flow, type Plan, type Trigger } from '@batuta/core'
import type { FlowEntry, HttpDependencies } from '../dependencies.ts'
import { schemaOfInputs } from './input-schema.ts'
import { DEFAULT_SERVER } from './servers.ts'

export interface McpTool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly annotations: Readonly<Record<string, unknown>>
  readonly trigger: Trigger
  readonly plan: Plan
}

const TYPE = 'io.kestra.plugin.core.trigger.McpToolTrigger'

/** By name; of two with one name the first by namespace and flow. Flows without such a trigger are not even compiled. */
export function toolsOf(server: string, { flows }: Pick<HttpDependencies, 'flows'>): ReadonlyMap<string, McpTool> {
  const entries = [...flows.all()].filter(entry => !entry.isDisabled && mayHoldTool(entry))
  const tools = new Map<string, McpTool>()
  for (const entry of entries.sort(byName)) {
    const plan = flows.planOf(entry)
    for (const tool of plan.flow.triggers.flatMap(trigger => toolOf(trigger, { server, plan })))
      if (!tools.has(tool.name)) tools.set(tool.name, tool)
  }
  return tools
}

const holders = new WeakMap<FlowEntry, boolean>()

/** A call must not read the texts of all flows again: an entry is another one when its flow is saved. */
function mayHoldTool(entry: FlowEntry): boolean {
  const known = holders.get(entry)
  if (known !== undefined) return known
  const holds = entry.parsed.includes(TYPE)
  holders.set(entry, holds)
  return holds
}

function byName(one: FlowEntry, other: FlowEntry): number {
  const [left, right] = [one, other].map(({ namespace, flowId }) => `${namespace} ${flowId}`)
  return left !== undefined && right !== undefined && left < right ? -1 : 1
}

function toolOf(trigger: Trigger, { server, plan }: { readonly server: string; readonly plan: Plan }): McpTool[] {
  if (trigger.type !== TYPE || trigger.disabled) return []
  const text = (name: string): string => printValue(mapGet(trigger.properties, name) ?? null)
  if ((text('mcpServer') || DEFAULT_SERVER) !== server) return []
  const title = text('title')
  return [
    {
      name: text('toolName'),
      title,
      description: text('toolDescription') || descriptionOf(plan.flow),
      annotations: annotationsOf(trigger, title),
      trigger,
      plan,
    },
  ]
}

function descriptionOf({ description, namespace, id }: Flow): string {
  return description ?? `Runs the flow ${namespace}.${id}.`
}

/** What the protocol calls hints, by their names in the trigger, with what holds unless said. */
const HINTS = [
  ['readOnlyHint', 'readOnly', false],
  ['destructiveHint', 'destructive', true],
  ['idempotentHint', 'idempotent', false],
  ['openWorldHint', 'openWorld', true],
] as const

function annotationsOf({ properties }: Trigger, title: string): McpTool['annotations'] {
  const given = mapGet(properties, 'annotations') ?? null
  const hints = HINTS.map(([hint, name, usual]) => {
    const said = isMap(given) ? mapGet(given, name) : undefined
    return [hint, typeof said === 'boolean' ? said : usual]
  })
  return { title, ...Object.fromEntries(hints) }
}

export interface ToolDescription extends Pick<McpTool, 'name' | 'title' | 'description' | 'annotations'> {
  readonly inputSchema: Readonly<Record<string, unknown>>
  readonly outputSchema: Readonly<Record<string, unknown>>
}

/** As the protocol lists it. */
export function describeTool({ name, title, description, annotations, plan }: McpTool): ToolDescription {
  return {
    name,
    title,
    description,
    inputSchema: schemaOfInputs(plan.flow.inputs),
    outputSchema: OUTPUT_SCHEMA,
    annotations,
  }
}

const OUTPUT_SCHEMA = {
  type: 'object',
  properties: {
    executionId: { type: 'string' },
    state: { type: 'string' },
    outputs: { type: 'object' },
    url: { type: 'string' },
  },
  required: ['executionId', 'state'],
}
