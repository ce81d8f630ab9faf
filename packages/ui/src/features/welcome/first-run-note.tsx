// The small card that stands in the corner while the page of the first run is open: what one has just seen, and what to do next. It blocks nothing.
import { ActionIcon } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { Link, usePath } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { stateGroupOf } from '../../lib/states.ts'
import { readLocal, writeLocal } from '../../platform/local-store.ts'
import { Icon } from '../../widgets/icon.tsx'
import { FIRST_RUN } from './first-run.ts'
import classes from './first-run-note.module.css'
import { t } from './messages.ts'

const LOOK_MS = 700

export function FirstRunNote(): ReactNode {
  const path = usePath()
  const [closed, setClosed] = useState<string | undefined>(undefined)
  const id = readLocal(FIRST_RUN)
  if (id === undefined || id === closed || !path.includes(`/${id}`)) return null
  const close = (): void => {
    writeLocal(FIRST_RUN, undefined)
    setClosed(id)
  }
  return <Note id={id} onClose={close} />
}

function Note({ id, onClose }: { readonly id: string; readonly onClose: () => void }): ReactNode {
  const { data } = useQuery({
    queryKey: ['executions', 'first-run', id],
    queryFn: ({ signal }) => api.executions.get({ params: { executionId: id }, signal }),
    refetchInterval: ({ state }) => (wordsOf(state.data?.state.current) === undefined ? LOOK_MS : false),
  })
  const words = wordsOf(data?.state.current)
  if (!data || !words) return null
  return (
    <aside className={classes['note']} aria-label={words.title}>
      <div className={classes['head']}>
        <strong>{words.title}</strong>
        <ActionIcon size={24} aria-label={t('close')} onClick={onClose}>
          <Icon name="close" size={14} />
        </ActionIcon>
      </div>
      <p className={classes['text']}>{words.text}</p>
      <div className={classes['links']}>
        <Link to={paths.execution(data, 'gantt')}>{t('gantt')}</Link>
        <Link to={paths.execution(data, 'logs')}>{t('logs')}</Link>
        <Link to={paths.flow({ namespace: data.namespace, id: data.flowId }, 'edit')}>{t('change')}</Link>
      </div>
    </aside>
  )
}

/** Nothing while it still runs. */
function wordsOf(state: string | undefined): { readonly title: string; readonly text: string } | undefined {
  switch (state === undefined ? undefined : stateGroupOf(state)) {
    case 'success':
    case 'warning':
      return { title: t('successTitle'), text: t('successText') }
    case 'failed':
      return { title: t('failedTitle'), text: t('failedText') }
    case 'paused':
      return { title: t('pausedTitle'), text: t('pausedText') }
    case 'running':
    case 'waiting':
    case 'stopped':
    case 'skipped':
    case undefined:
      return undefined
  }
}
