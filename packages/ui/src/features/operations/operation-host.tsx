// Tells the bell of operations on many, and says when one has ended: with what was left, and how to take it back.
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useRef, type ReactNode } from 'react'
import { setNote, type Note } from '../../app/bell.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { t } from './messages.ts'
import { isOpen, tellOperation, whyLeft } from './tell-operation.ts'
import { commandOperation, takeUntold, useLiveOperation, useOperations, type Operation } from './use-operations.ts'

const UNDO_TOAST_MS = 30_000

export function OperationHost(): ReactNode {
  const client = useQueryClient()
  const operations = useOperations()
  const known = useRef<ReadonlyMap<string, string> | undefined>(undefined)
  useEffect(() => {
    for (const operation of operations) {
      setNote(noteOf(operation, client))
      const before = known.current?.get(operation.id)
      // What had ended before this page was opened is in the bell alone.
      const isNews = known.current !== undefined && (before === undefined || isOpen({ state: before }))
      if (!isOpen(operation) && (takeUntold(operation.id) || isNews)) tellEnd(operation, client)
    }
    if (operations.length > 0 || known.current) known.current = new Map(operations.map(({ id, state }) => [id, state]))
  }, [operations, client])
  useEffect(() => {
    known.current ??= new Map()
  }, [])
  return operations.filter(isOpen).map(operation => <Listener key={operation.id} operation={operation} />)
}

function Listener({ operation }: { readonly operation: Operation }): ReactNode {
  useLiveOperation(operation)
  return null
}

function noteOf(operation: Operation, client: QueryClient): Note {
  const { id, state, total, done, skipped, failed, created, canUndo } = operation
  const run = (verb: Parameters<typeof commandOperation>[1]) => () => void commandOperation(operation, verb, client)
  const detail = whyLeft(operation)
  return {
    id: `operation ${id}`,
    text: tellOperation(operation),
    atMs: Date.parse(created),
    ...(detail === undefined ? {} : { detail }),
    ...(isOpen(operation) ? { progress: total === 0 ? 0 : (done + skipped + failed) / total } : {}),
    actions: isOpen(operation)
      ? [
          state === 'paused' ? { title: t('goOn'), run: run('resume') } : { title: t('pauseIt'), run: run('pause') },
          { title: t('cancel'), run: run('cancel') },
        ]
      : canUndo
        ? [{ title: t('undo'), run: run('undo') }]
        : [],
  }
}

function tellEnd(operation: Operation, client: QueryClient): void {
  void client.invalidateQueries({ queryKey: [operation.resource] })
  const detail = whyLeft(operation)
  showToast({
    kind: operation.state === 'failed' ? 'error' : 'success',
    text: tellOperation(operation),
    ...(detail === undefined ? {} : { detail }),
    ...(operation.canUndo
      ? {
          lastsMs: UNDO_TOAST_MS,
          action: { title: t('undo'), run: () => void commandOperation(operation, 'undo', client) },
        }
      : {}),
  })
}
