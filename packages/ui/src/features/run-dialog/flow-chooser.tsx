import { TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type KeyboardEvent, type ReactNode } from 'react'
import type { FlowRef } from '../../lib/paths.ts'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { t } from './messages.ts'
import classes from './run-dialog.module.css'
import { useFlowNames } from './use-run.ts'

export interface FlowChooserProps {
  /** For what; which flow is run unless said. */
  readonly title?: string
  readonly onChoose: (flow: FlowRef) => void
  readonly onClose: () => void
}

/** Asks which flow. */
export function FlowChooser({ title = t('choose'), onChoose, onClose }: FlowChooserProps): ReactNode {
  const [text, setText] = useState('')
  const { data, error, isPending, refetch } = useFlowNames(text)
  const flows = data?.results ?? []
  const move = (event: KeyboardEvent<HTMLElement>): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>('input, [data-flow]')]
    const next = items[items.findIndex(item => item === document.activeElement) + step]
    if (step === 0 || !next) return
    event.preventDefault()
    next.focus()
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <div className={classes['chooser']} onKeyDown={move}>
        <TextInput
          label={t('findFlow')}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={event => setText(event.currentTarget.value)}
          onKeyDown={event => {
            const [first] = flows
            if (event.key === 'Enter' && first) onChoose(first)
          }}
        />
        {error && <ErrorCard error={error} onRetry={() => void refetch()} />}
        {isPending && <SkeletonRows rows={5} />}
        {data && flows.length === 0 && <p className={classes['muted']}>{text === '' ? t('noFlows') : t('noFlow')}</p>}
        <ul className={classes['flows']}>
          {flows.map(({ namespace, id, disabled }) => (
            <li key={`${namespace}.${id}`}>
              <button
                type="button"
                data-flow=""
                className={classes['flow']}
                disabled={disabled}
                onClick={() => onChoose({ namespace, id })}
              >
                <Icon name="flow" />
                <span className={classes['muted']}>{namespace} /</span> {id}
                {disabled && <span className={classes['muted']}>{t('disabledWord')}</span>}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  )
}
