// Whether the chain of entries is as it was written.
import { ActionIcon } from '@mantine/core'
import type { ReactNode } from 'react'
import { useMe } from '../../lib/access/use-me.ts'
import { Icon } from '../../widgets/icon.tsx'
import { tip } from '../../widgets/tooltip.ts'
import classes from './audit.module.css'
import { t } from './messages.ts'
import { useVerdict } from './use-audit.ts'

export function ChainBadge(): ReactNode {
  // Who may read the audit of some namespaces only does not see the whole chain.
  const mayAll = useMe().data?.permissions['AUDITLOG:READ']?.all === true
  return mayAll ? <Verdict /> : null
}

function Verdict(): ReactNode {
  const { data, error, isFetching, refetch } = useVerdict()
  if (isFetching)
    return (
      <span className={classes['chain']} role="status">
        <Icon name="clock" size={14} /> {t('verifying')}
      </span>
    )
  if (error || !data) return null
  const isSound = data.isSound
  return (
    <span className={`${classes['chain']} ${isSound ? classes['sound'] : classes['broken']}`}>
      <span
        {...tip(isSound ? t('soundHint', { head: data.head?.slice(0, 16) ?? '–' }) : (data.problem ?? ''))}
        tabIndex={0}
      >
        <Icon name={isSound ? 'shield' : 'warning'} size={14} />{' '}
        {isSound ? t('sound', { count: data.count }) : t('broken', { problem: data.problem ?? '' })}
      </span>
      <ActionIcon size={24} aria-label={t('verifyAgain')} {...tip(t('verifyAgain'))} onClick={() => void refetch()}>
        <Icon name="retry" size={14} />
      </ActionIcon>
    </span>
  )
}
