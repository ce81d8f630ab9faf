import { CommandError, EXIT } from './exit-code.ts'

export interface FlowName {
  readonly namespace: string
  readonly id: string
}

/** `company.team.hello` or `company.team/hello`: the last part is the flow. */
export function parseFlowName(text: string): FlowName {
  const at = text.includes('/') ? text.indexOf('/') : text.lastIndexOf('.')
  const [namespace, id] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)]
  if (namespace !== '' && id !== '' && !id.includes('/')) return { namespace, id }
  throw new CommandError(
    EXIT.usage,
    `"${text}" names no flow: write NAMESPACE.ID, NAMESPACE/ID, or the path of a YAML file`,
  )
}

/** `NAMESPACE.ID`, `NAMESPACE/ID`, or the two as they stand in Kestra's command lines: `NAMESPACE ID`. */
export function flowNameOf([first = '', id]: readonly string[]): FlowName {
  return id === undefined ? parseFlowName(first) : { namespace: first, id }
}

export interface TriggerName {
  readonly namespace: string
  readonly flowId: string
  readonly triggerId: string
}

/** `NAMESPACE.FLOW TRIGGER`, or `NAMESPACE FLOW TRIGGER`. */
export function triggerNameOf(args: readonly string[]): TriggerName {
  const triggerId = args.at(-1)
  if (args.length < 2 || args.length > 3 || triggerId === undefined)
    throw new CommandError(EXIT.usage, 'a trigger is named by its flow and its id: NAMESPACE.FLOW TRIGGER')
  const { namespace, id } = flowNameOf(args.slice(0, -1))
  return { namespace, flowId: id, triggerId }
}

/** `NAMESPACE/ID`, for lists of them. */
export function parsePair(text: string): FlowName {
  return parseFlowName(text.replace(':', '/'))
}
