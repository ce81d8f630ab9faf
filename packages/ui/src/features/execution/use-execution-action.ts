// What is done to one execution, with what takes it back where something can.
import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { messageOf } from '../../widgets/error-card.tsx'
import { showToast } from '../../widgets/toast.tsx'
import type { Label } from '../executions/labels-dialog.tsx'
import { t } from './messages.ts'
import type { ExecutionHead } from './use-execution.ts'

export type ActionWish =
  | { readonly type: 'restart' }
  | { readonly type: 'kill'; readonly isCascade: boolean }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'unqueue' }
  | { readonly type: 'forceRun' }
  | { readonly type: 'step' }
  | { readonly type: 'labels'; readonly labels: readonly Label[] }
  | { readonly type: 'changeState'; readonly state: string }
  | { readonly type: 'delete' }

const SYSTEM = 'system.'
const UNDO_MS = 30_000

export function ownLabels({ labels = [] }: Pick<ExecutionHead, 'labels'>): readonly Label[] {
  return labels.filter(({ key }) => !key.startsWith(SYSTEM))
}

export function useExecutionAction(
  head: ExecutionHead,
  onGone: () => void,
): UseMutationResult<unknown, Error, ActionWish> {
  const client = useQueryClient()
  const refresh = (): void => void client.invalidateQueries({ queryKey: ['executions', head.id] })
  return useMutation({
    mutationFn: (wish: ActionWish) => perform(head.id, wish),
    onSuccess: (_, wish) => {
      const undo = undoOf(head, wish)
      showToast({
        kind: 'success',
        text: t('done', { action: titleOf(wish) }),
        ...(undo === undefined
          ? {}
          : { lastsMs: UNDO_MS, action: { title: t('undo'), run: () => void perform(head.id, undo).then(refresh) } }),
      })
      if (wish.type === 'delete') {
        void client.invalidateQueries({ queryKey: ['executions', 'search'] })
        onGone()
      } else refresh()
    },
    onError: (error, wish) =>
      showToast({ kind: 'error', text: t('notDone', { action: titleOf(wish) }), detail: messageOf(error) }),
  })
}

function titleOf({ type }: ActionWish): string {
  return t(type === 'labels' ? 'editLabels' : type)
}

function undoOf(head: ExecutionHead, wish: ActionWish): ActionWish | undefined {
  switch (wish.type) {
    case 'labels':
      return { type: 'labels', labels: ownLabels(head) }
    case 'changeState':
      return { type: 'changeState', state: head.state.current }
    case 'pause':
      return { type: 'resume' }
    case 'restart':
    case 'kill':
    case 'resume':
    case 'unqueue':
    case 'forceRun':
    case 'step':
    case 'delete':
      return undefined
  }
}

async function perform(executionId: string, wish: ActionWish): Promise<unknown> {
  const params = { executionId }
  switch (wish.type) {
    case 'restart':
      return await api.executions.restart({ params })
    case 'kill':
      return await api.executions.kill({ params, query: { isOnKillCascade: wish.isCascade } })
    case 'pause':
      return await api.executions.pause({ params })
    case 'resume':
      return await api.executions.resume({ params })
    case 'unqueue':
      return await api.executions.unqueue({ params })
    case 'forceRun':
      return await api.executions.forceRun({ params })
    case 'step':
      return await api.executions.resumeFromBreakpoint({ params })
    case 'labels':
      return await api.executions.setLabels({ params, body: [...wish.labels] })
    case 'changeState':
      return await api.executions.changeStatus({ params, query: { status: wish.state } })
    case 'delete':
      return await api.executions.delete({ params })
  }
}
