// Which saved flows break the policy, each with what it breaks: before it is enforced one sees what that would hold up.
import type { ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { paths } from '../../lib/paths.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { t } from './messages.ts'
import classes from './policies.module.css'
import { BROKEN_MAX, useEvaluation, type Evaluation, type Policy, type PolicyScope } from './use-policies.ts'

export interface PolicyVerdictProps {
  readonly scope: PolicyScope
  readonly policy: Policy | undefined
  readonly isDirty: boolean
}

export function PolicyVerdict({ scope, policy, isDirty }: PolicyVerdictProps): ReactNode {
  return (
    <section className={classes['verdict']} aria-label={t('verdict')}>
      <h2>{t('verdict')}</h2>
      {policy && isDirty && <p className={classes['muted']}>{t('olderText')}</p>}
      {policy ? <Verdict scope={scope} policy={policy} /> : <p className={classes['muted']}>{t('notJudged')}</p>}
    </section>
  )
}

function Verdict({ scope, policy }: { readonly scope: PolicyScope; readonly policy: Policy }): ReactNode {
  const { data, error, refetch } = useEvaluation(scope, policy.id)
  if (error) return <ErrorCard title={t('verdictFailed')} error={error} onRetry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={5} />
  if (data.flows === 0) return <p className={classes['muted']}>{t('holdsForNone')}</p>
  if (data.total === 0)
    return (
      <p className={classes['good']}>
        <Icon name="check" size={14} /> {t('nothingBreaks', { count: data.flows })}
      </p>
    )
  return (
    <>
      <p>
        {t('verdictOf', { count: data.total, flows: formatNumber(data.flows) })}{' '}
        {policy.enforcement === 'ACTIVE' ? t('wouldBlock') : t('wouldNotBlock')}
      </p>
      <ul className={classes['broken']}>
        {data.results.map(broken => (
          <Broken key={`${broken.namespace}/${broken.flowId}`} broken={broken} />
        ))}
      </ul>
      {data.total > BROKEN_MAX && <p className={classes['muted']}>{t('moreFlows', { count: BROKEN_MAX })}</p>}
    </>
  )
}

function Broken({ broken }: { readonly broken: Evaluation['results'][number] }): ReactNode {
  const { namespace, flowId: id, violations } = broken
  return (
    <li>
      <Link to={paths.flow({ namespace, id }, 'edit')}>
        {namespace} / {id}
      </Link>
      <ul>
        {violations.map(({ message, path }, index) => (
          <li key={`${path}-${index}`}>
            {path !== '' && <code>{path}</code>} {message}
          </li>
        ))}
      </ul>
    </li>
  )
}
