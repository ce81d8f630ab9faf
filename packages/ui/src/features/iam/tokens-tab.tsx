// Who holds a key to this server? The tokens of a person or of a program at a time: whose they are is part of the address.
import type { ReactNode } from 'react'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { Box } from './box.tsx'
import { SubjectField } from './subject-field.tsx'
import { TokenLines } from './token-lines.tsx'
import { useAccounts } from './use-access.ts'
import type { TokenOwner } from './use-tokens.ts'

const PARAMS = { who: textParam }

export function TokensTab(): ReactNode {
  const [{ who }, setSearch] = useSearchState(PARAMS)
  const accounts = useAccounts()
  const owner = ownerOf(who, accounts.data?.results.some(({ id }) => id === who) === true)
  return (
    <div className={classes['view']}>
      <SubjectField
        label={t('tokensOf')}
        first={{ value: '', label: t('mySelf') }}
        value={who ?? ''}
        onChange={id => setSearch({ who: id || undefined })}
      />
      {(who === undefined || accounts.data !== undefined) && (
        <Box title={t('tokens')}>
          <TokenLines key={who} of={owner} />
        </Box>
      )}
    </div>
  )
}

function ownerOf(who: string | undefined, isAccount: boolean): TokenOwner {
  if (who === undefined) return { kind: 'me' }
  return isAccount ? { kind: 'account', id: who } : { kind: 'user', id: who }
}
