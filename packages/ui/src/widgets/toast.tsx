// Short messages at the edge. They last six seconds, errors until they are closed; one live region tells them to those who do not see.
import { ActionIcon, Button } from '@mantine/core'
import { useEffect, useSyncExternalStore, type ReactNode } from 'react'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'
import classes from './toast.module.css'
import { t } from './messages.ts'

export interface Toast {
  readonly kind?: 'info' | 'success' | 'error'
  readonly text: string
  /** In full, below. */
  readonly detail?: string
  /** Such as Undo. */
  readonly action?: { readonly title: string; run(): void }
  readonly lastsMs?: number
}

interface Shown extends Toast {
  readonly id: number
}

const LASTS_MS = 6_000
const SHOWN_MAX = 5
let toasts: readonly Shown[] = []
let nextId = 1
const listeners = new Set<() => void>()

export function showToast(toast: Toast): number {
  const id = nextId
  nextId += 1
  change([...toasts, { ...toast, id }].slice(-SHOWN_MAX))
  return id
}

export function hideToast(id: number): void {
  change(toasts.filter(toast => toast.id !== id))
}

export function Toasts(): ReactNode {
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <div className={classes['region']} role="status" aria-live="polite" aria-relevant="additions">
      {shown.map(toast => (
        <Card key={toast.id} toast={toast} />
      ))}
    </div>
  )
}

function Card({ toast }: { readonly toast: Shown }): ReactNode {
  const { id, kind = 'info', text, detail, action, lastsMs = LASTS_MS } = toast
  useEffect(() => {
    if (kind === 'error') return undefined
    const timer = setTimeout(() => hideToast(id), lastsMs)
    return () => clearTimeout(timer)
  }, [id, kind, lastsMs])
  return (
    <div className={cx(classes['toast'], classes[kind])}>
      <span className={classes['icon']}>
        <Icon name={kind === 'error' ? 'warning' : kind === 'success' ? 'check' : 'info'} />
      </span>
      <div className={classes['text']}>
        {text}
        {detail !== undefined && <div className={classes['detail']}>{detail}</div>}
      </div>
      {action && (
        <Button
          size="compact-sm"
          onClick={() => {
            hideToast(id)
            action.run()
          }}
        >
          {action.title}
        </Button>
      )}
      <ActionIcon size={24} aria-label={t('close')} onClick={() => hideToast(id)}>
        <Icon name="close" size={14} />
      </ActionIcon>
    </div>
  )
}

function change(next: readonly Shown[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
