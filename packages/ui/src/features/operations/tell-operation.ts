// An operation in a sentence, for toasts and for the bell.
import { trust } from '@batuta/core'
import { formatNumber } from '../../lib/messages.ts'
import { t, type OperationWord } from './messages.ts'

export interface ToldOperation {
  readonly id: string
  readonly resource: string
  readonly action: string
  readonly state: string
  readonly total: number
  readonly done: number
  readonly skipped: number
  readonly failed: number
  readonly problems: readonly { readonly item: string; readonly message: string }[]
  readonly message?: string
  readonly undoOf?: string
}

const OPEN = ['gathering', 'running', 'paused']

export function isOpen({ state }: Pick<ToldOperation, 'state'>): boolean {
  return OPEN.includes(state)
}

/** The words of the server are keys of the catalogue; one of a newer server stands as it is. */
function word(name: string): OperationWord {
  return trust<OperationWord>(name)
}

export function nameOf({ action, undoOf }: Pick<ToldOperation, 'action' | 'undoOf'>): string {
  const name = t(word(action))
  return undoOf === undefined ? name : t('undoing', { action: name.toLowerCase() })
}

export function tellOperation(operation: ToldOperation): string {
  const { resource, state, total, done, skipped, failed } = operation
  const isGoing = isOpen(operation)
  return t(word(state), {
    action: nameOf(operation),
    done: formatNumber(done + skipped + failed),
    items: t(word(resource), { count: isGoing ? total : done }),
  })
}

/** Undefined: nothing was left. */
export function whyLeft({ skipped, failed, problems, message }: ToldOperation): string | undefined {
  if (message !== undefined) return message
  const count = skipped + failed
  return count === 0 ? undefined : t('left', { count, why: problems[0]?.message ?? '' })
}
