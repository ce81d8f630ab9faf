import { useQuery } from '@tanstack/react-query'
import { useMemo, type ReactNode } from 'react'
import { nameOf, useMe } from '../../lib/access/use-me.ts'
import { api } from '../../lib/api.ts'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { effectiveGrants } from './effective.ts'
import { Explainer } from './explainer.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { SubjectField } from './subject-field.tsx'

const PARAMS = { who: textParam }

export function ExplainTab(): ReactNode {
  const [{ who }, setSearch] = useSearchState(PARAMS)
  const me = useMe().data
  const id = who ?? me?.id
  const { data } = useQuery({
    queryKey: ['access', 'held', id],
    queryFn: ({ signal }) => api.tenantAccess.get({ params: { userId: id ?? '' }, signal }),
    enabled: who !== undefined,
    retry: false,
  })
  const grants = useMemo(() => data && effectiveGrants(data), [data])
  const name = who === undefined ? (me ? nameOf(me) : '') : (data?.displayName ?? who)
  const mine = me?.permissions
  return (
    <div className={classes['view']}>
      <Explainer
        who={who}
        name={name}
        scopeOf={
          who === undefined
            ? mine && ((resource, action) => mine[`${resource}:${action}`])
            : grants && ((resource, action) => grants.scope(resource, action))
        }
      >
        <SubjectField
          label={t('whoMay')}
          first={{ value: '', label: t('mySelf') }}
          value={who ?? ''}
          onChange={next => setSearch({ who: next || undefined }, { replace: true })}
        />
      </Explainer>
    </div>
  )
}
