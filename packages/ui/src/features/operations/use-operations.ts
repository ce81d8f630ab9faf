// Operations on many, as this browser knows them: those of the last days, and those that go on, which tell of themselves.
import { trust } from '@batuta/core'
import { useMutation, useQuery, useQueryClient, type QueryClient, type UseMutationResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { useLive, usePollMs } from '../../lib/live/live.ts'
import { messageOf } from '../../widgets/error-card.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { t } from './messages.ts'
import { isOpen, nameOf } from './tell-operation.ts'

export type Operation = Awaited<ReturnType<typeof api.operations.get>>
export type OperationWish = NonNullable<Parameters<typeof api.operations.create>[0]>['body']
export type OperationPreview = Awaited<ReturnType<typeof api.operations.preview>>

const KEY = ['operations', 'list'] as const
const SHOWN = 20
const NONE: readonly Operation[] = []

/** Small ones are over at once: they are waited for, so that what they came to is told where they were begun. */
const LOOKS = 8
const LOOK_MS = 60

export function useOperations(): readonly Operation[] {
  const pollMs = usePollMs()
  const { data = NONE } = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await api.operations.list({ query: { size: SHOWN }, signal })).results,
    refetchInterval: query => (query.state.data?.some(isOpen) === true ? pollMs : false),
  })
  return data
}

/** Hears how far one has come, while it goes on. */
export function useLiveOperation(operation: Operation): void {
  const client = useQueryClient()
  useLive(isOpen(operation) ? { topic: `op:${operation.id}` } : undefined, frame => {
    const { value } = trust<{ readonly value?: Operation | null }>(frame)
    if (value) keep(client, value)
  })
}

/** Begun in this tab, and nobody has told yet how they ended: whoever tells may come later than the end. */
const untold = new Set<string>()

/** True once. */
export function takeUntold(id: string): boolean {
  return untold.delete(id)
}

export function useStartOperation(onStarted: () => void): UseMutationResult<Operation, Error, OperationWish> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: OperationWish) => {
      const begun = await api.operations.create({ body })
      untold.add(begun.id)
      return await soonEnded(begun)
    },
    onSuccess: operation => {
      keep(client, operation)
      onStarted()
    },
    onError: (error, { action }) => tellFailure(action, error),
  })
}

export type OperationVerb = 'cancel' | 'pause' | 'resume' | 'undo'

/** What can be done to an operation itself; mistakes are told. */
export async function commandOperation(
  operation: Pick<Operation, 'id' | 'action'>,
  verb: OperationVerb,
  client: QueryClient,
): Promise<void> {
  try {
    const answered = await api.operations[verb]({ params: { operationId: operation.id } })
    keep(client, verb === 'undo' ? await soonEnded(answered) : answered)
    if (verb === 'undo') void client.invalidateQueries({ queryKey: KEY })
  } catch (error) {
    tellFailure(operation.action, error)
  }
}

function tellFailure(action: string, error: unknown): void {
  showToast({ kind: 'error', text: t('notDone', { action: nameOf({ action }) }), detail: messageOf(error) })
}

async function soonEnded(begun: Operation): Promise<Operation> {
  let operation = begun
  for (let look = 0; look < LOOKS && isOpen(operation); look += 1) {
    await new Promise(resolve => setTimeout(resolve, LOOK_MS))
    operation = await api.operations.get({ params: { operationId: begun.id } })
  }
  return operation
}

function keep(client: QueryClient, operation: Operation): void {
  client.setQueryData<readonly Operation[]>(KEY, (before = []) =>
    before.some(({ id }) => id === operation.id)
      ? before.map(other => (other.id === operation.id ? operation : other))
      : [operation, ...before],
  )
}
