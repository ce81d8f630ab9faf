// The lists that make up the numbers of charts.
import { paths, withQuery } from '../../lib/paths.ts'

export function linkOfValue(source: string, field: string, value: string): string | undefined {
  if (value === '') return undefined
  if (field === 'NAMESPACE' && source !== 'Executions' && source !== 'Logs') return paths.namespace(value)
  const list = source === 'Executions' ? paths.executions() : source === 'Logs' ? paths.logs() : undefined
  if (list === undefined) return undefined
  if (field === 'NAMESPACE') return withQuery(list, [['filters[namespace][EQUALS]', value]])
  if (field === 'STATE' && source === 'Executions') return withQuery(list, [['filters[state][EQUALS]', value]])
  if (field === 'FLOW_ID') return withQuery(list, [['filters[flowId][EQUALS]', value]])
  return undefined
}

/** Where a row of a table leads. */
export function linkOfRow(source: string, cells: ReadonlyMap<string, unknown>): string | undefined {
  const text = (field: string): string | undefined => {
    const value = cells.get(field)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const [namespace, flowId] = [text('NAMESPACE'), source === 'Flows' ? text('ID') : text('FLOW_ID')]
  if (namespace === undefined || flowId === undefined) return undefined
  const id = source === 'Executions' ? text('ID') : text('EXECUTION_ID')
  if (id !== undefined) return paths.execution({ namespace, flowId, id })
  return source === 'Flows' || source === 'Triggers' ? paths.flow({ namespace, id: flowId }) : undefined
}
