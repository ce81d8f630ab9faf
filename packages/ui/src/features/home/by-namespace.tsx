// Where it is that something ran, and where it failed: one line per namespace, as long as it has executions.
import type { ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { paths, withQuery } from '../../lib/paths.ts'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Card } from './card.tsx'
import classes from './home-page.module.css'
import { partsOf } from './judge-runs.ts'
import { t } from './messages.ts'
import { SPANS, useCounts, type Range, type Scope } from './use-home.ts'

const SHOWN = 8

export interface ByNamespaceProps {
  readonly scope: Scope
  readonly range: Range
}

/** Every number is a link to the list that makes it up. */
export function ByNamespace({ scope, range }: ByNamespaceProps): ReactNode {
  const { data, error, isPending, refetch } = useCounts(scope)
  const all = data?.namespaces ?? []
  const most = Math.max(1, ...all.map(({ total }) => total))
  return (
    <Card title={t('byNamespace')} to={paths.namespaces()} error={error} onRetry={() => void refetch()}>
      {isPending && <SkeletonRows rows={3} />}
      {data && all.length === 0 && <p className={classes['muted']}>{t('noFlows')}</p>}
      <ul className={classes['items']}>
        {all.slice(0, SHOWN).map(({ namespace, states, total }) => {
          const failed = states['FAILED'] ?? 0
          const list = (state?: string): string =>
            withQuery(paths.executions(), [
              ['filters[namespace][EQUALS]', namespace],
              ['filters[timeRange][EQUALS]', SPANS[range]],
              ...(state === undefined ? [] : [['filters[state][EQUALS]', state] as const]),
            ])
          return (
            <li key={namespace} className={classes['namespace']}>
              <Link to={paths.namespace(namespace)} className={classes['namespaceName']}>
                {namespace}
              </Link>
              <span className={classes['namespaceCounts']}>
                {failed > 0 && (
                  <Link to={list('FAILED')} className={classes['bad']}>
                    {t('countFailed', { count: failed })}
                  </Link>
                )}
                <Link to={list()} aria-label={t('countRuns', { count: total, namespace })}>
                  {formatNumber(total)}
                </Link>
              </span>
              <span
                className={classes['namespaceBar']}
                style={{ width: `${(total / most) * 100}%` }}
                aria-hidden="true"
              >
                {partsOf(states).map(([group, count]) => (
                  <span key={group} style={{ flexGrow: count, background: `var(--${group}-solid)` }} />
                ))}
              </span>
            </li>
          )
        })}
      </ul>
      {all.length > SHOWN && (
        <p>
          <Link to={paths.namespaces()}>{t('moreNamespaces', { count: all.length - SHOWN })}</Link>
        </p>
      )}
    </Card>
  )
}
