// Who is signed in, and from where?
import type { ReactNode } from 'react'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { Box } from './box.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { SessionLines } from './session-lines.tsx'
import { SubjectField } from './subject-field.tsx'

const PARAMS = { who: textParam }

export function SessionsTab(): ReactNode {
  const [{ who }, setSearch] = useSearchState(PARAMS)
  return (
    <div className={classes['view']}>
      <SubjectField
        label={t('sessionsOf')}
        first={{ value: '', label: t('mySelf') }}
        value={who ?? ''}
        onChange={id => setSearch({ who: id || undefined })}
      />
      <Box title={t('sessions')}>
        <SessionLines key={who} {...(who === undefined ? {} : { of: who })} />
      </Box>
    </div>
  )
}
