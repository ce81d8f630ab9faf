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
