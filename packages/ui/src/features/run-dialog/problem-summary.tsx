import type { ReactNode } from 'react'
import { t } from './messages.ts'
import type { Problem } from './run-dialog.tsx'
import classes from './run-dialog.module.css'

const ID = 'run-problems'

export interface ProblemSummaryProps {
  readonly problems: readonly Problem[]
}

/** All that is wrong, each a way to its field. It takes the focus when a start is refused. */
export function ProblemSummary({ problems }: ProblemSummaryProps): ReactNode {
  return (
    <div id={ID} tabIndex={-1} role="alert" className={problems.length === 0 ? undefined : classes['summary']}>
      {problems.length > 0 && (
        <>
          <strong>{t('problems', { count: problems.length })}</strong>
          <ul>
            {problems.map(({ id, label, message }) => (
              <li key={id}>
                <button type="button" className={classes['jump']} onClick={() => focusField(id)}>
                  {label}
                </button>
                : {message}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

export function focusSummary(): void {
  document.getElementById(ID)?.focus()
}

/** The first thing that is asked. */
export function focusFirst(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('dialog[open] [data-form] [name]')?.focus())
}

function focusField(id: string): void {
  const dialog = document.querySelector('dialog[open]')
  dialog?.querySelector<HTMLElement>(`[name="${CSS.escape(id)}"]`)?.focus()
}
