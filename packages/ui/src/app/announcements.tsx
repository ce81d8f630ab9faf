// What administrators have to say to everybody, and kill switches that are in force, above every page. Who has read it hides it for this browser.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api } from '../lib/api.ts'
import { defineMessages, type Translate } from '../lib/messages.ts'
import { useLocal } from '../lib/use-local.ts'
import { writeLocal } from '../platform/local-store.ts'
import { Icon } from '../widgets/icon.tsx'
import { tip } from '../widgets/tooltip.ts'
import classes from './announcements.module.css'

const HIDDEN = 'announcements.hidden'
/** Older ones are over. */
const HIDDEN_MAX = 50
const LOOK_AGAIN_MS = 60_000

export function Announcements(): ReactNode {
  const { data = [] } = useQuery({
    queryKey: ['banners', 'active'],
    queryFn: ({ signal }) => api.banners.active({ signal }),
    refetchInterval: LOOK_AGAIN_MS,
    retry: false,
  })
  const hidden = (useLocal(HIDDEN) ?? '').split(' ')
  const shown = data.filter(({ id }) => !hidden.includes(id))
  if (shown.length === 0) return null
  return (
    <div className={classes['announcements']} role="status" aria-label={t('announcements')}>
      {shown.map(({ id, message, type }) => (
        <p key={id} className={classes['line']} data-kind={type}>
          <Icon name={type === 'INFO' ? 'info' : 'warning'} size={16} />
          <span className={classes['text']}>{message}</span>
          <button
            type="button"
            className={classes['hide']}
            aria-label={t('hide')}
            {...tip(t('hide'))}
            onClick={() => writeLocal(HIDDEN, [id, ...hidden].slice(0, HIDDEN_MAX).join(' '))}
          >
            <Icon name="close" size={14} />
          </button>
        </p>
      ))}
    </div>
  )
}

const english = { announcements: 'Announcements', hide: 'I have read it' } as const

const t: Translate<typeof english> = defineMessages('announcements', english)
