import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './error-card.module.css'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icon.tsx'
import { Link } from '../lib/link.tsx'
import { paths } from '../lib/paths.ts'
import { t } from './messages.ts'

export interface ErrorCardProps {
  /** What failed, as a sentence. */
  readonly title?: string
  readonly error: unknown
  readonly onRetry?: () => void
  /** More ways out. */
  readonly actions?: ReactNode
}

const FORBIDDEN = 403

/** Says in full what failed and offers the way out; other parts of the page go on. */
export function ErrorCard({ title: said = t('notLoaded'), error, onRetry, actions }: ErrorCardProps): ReactNode {
  const message = messageOf(error)
  const isRefused = error instanceof Error && 'status' in error && error.status === FORBIDDEN
  const title = isRefused ? t('notAllowed') : said
  return (
    <div className={classes['card']} role="alert">
      <span className={classes['icon']}>
        <Icon name="warning" size={20} />
      </span>
      <div className={classes['body']}>
        <p className={classes['title']}>{title}</p>
        <p className={classes['message']}>{message}</p>
        <div className={classes['actions']}>
          {isRefused && <Link to={paths.myAccess()}>{t('whatMayIDo')}</Link>}
          {onRetry && !isRefused && (
            <Button size="compact-sm" onClick={onRetry}>
              {t('tryAgain')}
            </Button>
          )}
          {actions}
          <CopyButton text={`${title}\n${message}\n${location.href}`} label={t('copyForColleague')} />
        </div>
      </div>
    </div>
  )
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
