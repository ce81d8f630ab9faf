// What may I do here, and why?
import type { ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { nameOf, useMe } from '../../lib/access/use-me.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Note } from '../../widgets/note.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Explainer } from './explainer.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { Badge } from './who.tsx'

export function MyAccessPage(): ReactNode {
  const { data: me, error, refetch } = useMe()
  return (
    <Page title={t('mayIDo')}>
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {!me && !error && <SkeletonRows rows={6} />}
      {me && (
        <div className={classes['view']}>
          {me.isOpen && <Note>{t('openMe')}</Note>}
          {!me.isOpen && (
            <p>
              {t('youAre', { name: nameOf(me) })}{' '}
              <span className={classes['badges']}>
                {me.superAdmin && <Badge look="accent">{t('superAdmin')}</Badge>}
                {me.groups.map(({ id, name }) => (
                  <Badge key={id}>{name}</Badge>
                ))}
              </span>
            </p>
          )}
          <Explainer name={t('you')} scopeOf={(resource, action) => me.permissions[`${resource}:${action}`]} />
        </div>
      )}
    </Page>
  )
}
