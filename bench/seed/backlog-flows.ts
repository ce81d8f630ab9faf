// The flows whose executions make the backlog: Benchmark 1 a hundred times, in ten namespaces; in each namespace one flow that fails and one that
// carries a label; and a namespace that was used a few times, long ago.
import { WEBHOOK_KEY } from '../harness/api.ts'
import { readFlow } from '../harness/bench-server.ts'

export interface BacklogFlow {
  readonly namespace: string
  readonly flowId: string
  readonly source: string
}

const NAMESPACES = 10
const FLOWS_EACH = 10
const RARE_EVERY = 10_007
const FAILED_EVERY = 101
const OLD_COUNT = 20

export const OLD_NAMESPACE = 'bench.old'
export const COMMON_LABEL = 'team:red'
export const RARE_LABEL = 'ticket:rare'

const FAILING = `id: failing
namespace: bench
tasks:
  - id: message
    type: io.kestra.plugin.core.output.OutputValues
    values:
      message: Hello World
  - id: fail
    type: io.kestra.plugin.core.execution.Fail
    errorMessage: 'This is what was asked for.'
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: ${WEBHOOK_KEY}
`

export function namespaceAt(index: number): string {
  return `bench.n${index % NAMESPACES}`
}

export function flowIdAt(index: number): string {
  return `flow_${index % FLOWS_EACH}`
}

/** The order is that of the templates; the template after the last flow is an execution with the rare label. */
export function backlogFlows(): readonly BacklogFlow[] {
  const flows: BacklogFlow[] = []
  for (let index = 0; index < NAMESPACES; index++) {
    const namespace = namespaceAt(index)
    for (let flow = 0; flow < FLOWS_EACH; flow++)
      flows.push(flowOf(readFlow('b01'), { namespace, flowId: flowIdAt(flow), label: flow === 0 }))
  }
  for (let index = 0; index < NAMESPACES; index++)
    flows.push(flowOf(FAILING, { namespace: namespaceAt(index), flowId: 'failing', label: false }))
  flows.push(flowOf(readFlow('b01'), { namespace: OLD_NAMESPACE, flowId: 'forgotten', label: false }))
  return flows
}

export function templateAt(index: number): number {
  const ordinary = NAMESPACES * FLOWS_EACH
  const old = ordinary + NAMESPACES
  if (index < OLD_COUNT) return old
  if (index % RARE_EVERY === 0) return old + 1
  if (index % FAILED_EVERY === 0) return ordinary + ((index / FAILED_EVERY) % NAMESPACES)
  return (index * 37) % ordinary
}

function flowOf(
  source: string,
  { namespace, flowId, label }: { readonly namespace: string; readonly flowId: string; readonly label: boolean },
): BacklogFlow {
  const [key, value] = COMMON_LABEL.split(':')
  const named = source
    .replace(/^id: .*$/m, `id: ${flowId}`)
    .replace(/^namespace: .*$/m, `namespace: ${namespace}${label ? `\nlabels:\n  ${key}: ${value}` : ''}`)
  return { namespace, flowId, source: named }
}
