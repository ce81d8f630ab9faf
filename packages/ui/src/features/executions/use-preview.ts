import { useQuery } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import type { OperationPreview } from '../operations/use-operations.ts'
import { textOf, type BulkAction } from './act-on-many.ts'
import type { ExecutionQuery } from './use-executions.ts'

/** To how many of those that a search finds an action would be done; nothing is asked without a search. */
export function usePreview(action: BulkAction, query: ExecutionQuery | undefined): OperationPreview | undefined {
  const text = query && textOf(query)
  const { data } = useQuery({
    queryKey: ['executions', 'preview', action, text],
    queryFn: ({ signal }) =>
      api.operations.preview({ body: { resource: 'executions', action, query: text ?? '' }, signal }),
    enabled: text !== undefined,
  })
  return data
}
