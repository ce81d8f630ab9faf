// The policies that hold everywhere, of the tenant and of the whole server. Those of a namespace are with the namespace.
import type { ReactNode } from 'react'
import { useSearchState, wordParam } from '../../lib/search-state.ts'
import { Choices } from '../../widgets/choices.tsx'
import { t } from './messages.ts'
import { PolicyList } from './policy-list.tsx'

const SCOPES = ['tenant', 'instance'] as const
const PARAMS = { scope: wordParam(SCOPES) }

export function PoliciesTab(): ReactNode {
  const [{ scope }, setSearch] = useSearchState(PARAMS)
  return (
    <PolicyList
      key={scope}
      scope={scope}
      tools={
        <Choices
          label={t('scope')}
          choices={SCOPES.map(value => ({ value, title: t(value) }))}
          active={scope}
          onChoose={chosen => setSearch({ scope: chosen }, { replace: true })}
        />
      }
    />
  )
}
