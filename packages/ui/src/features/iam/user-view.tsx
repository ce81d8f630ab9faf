// One user: who they are, what they may do, how they sign in, and where they are signed in.
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type FormEvent, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { paths, withQuery } from '../../lib/paths.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { BindingLines } from './binding-lines.tsx'
import { Box } from './box.tsx'
import { Check } from './check.tsx'
import layout from '../../widgets/layout.module.css'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { SessionLines } from './session-lines.tsx'
import { TokenLines } from './token-lines.tsx'
import { useChange, useTold, useUser, type User } from './use-access.ts'
import { UserActions } from './user-actions.tsx'
import { GroupChecks, SuperAdminCheck } from './user-dialog.tsx'
import { UserBadges } from './users-tab.tsx'
import { Who } from './who.tsx'

export function UserView({ id }: { readonly id: string }): ReactNode {
  const { data: user, error, refetch } = useUser(id)
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (!user) return <SkeletonRows rows={6} />
  return (
    <div className={classes['view']}>
      <div className={classes['boxHead']}>
        <h2>
          <Who kind="user" name={user.displayName} />
        </h2>
        <UserBadges user={user} />
        <UserActions user={user} />
      </div>
      <Profile key={JSON.stringify(user)} user={user} />
      <Box
        title={t('rolesOf')}
        action={
          <Link to={withQuery(paths.access('explain'), [['who', user.id]])}>
            {t('whatMay', { name: user.displayName })}
          </Link>
        }
      >
        <BindingLines
          of={{ type: 'USER', id: user.id }}
          name={user.displayName}
          groups={user.groups.map(group => group.id)}
        />
      </Box>
      <Ways user={user} />
      <Box title={t('tokens')}>
        <TokenLines of={{ kind: 'user', id: user.id }} />
      </Box>
      <Box title={t('sessions')}>
        <SessionLines of={user.id} />
      </Box>
    </div>
  )
}

interface Draft {
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly groups: readonly string[]
  readonly superAdmin: boolean
  readonly restricted: boolean
}

function Profile({ user }: { readonly user: User }): ReactNode {
  const [draft, setDraft] = useState<Draft>(() => draftOf(user))
  const change = (patch: Partial<Draft>): void => setDraft(before => ({ ...before, ...patch }))
  const save = useChange(
    async (given: Draft) => await saveUser(user, given),
    () => t('saved', { name: user.displayName }),
  )
  const isChanged = JSON.stringify(draft) !== JSON.stringify(draftOf(user))
  const missing = useMay()('USER:UPDATE')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isChanged && missing === undefined) save.mutate(draft)
  }
  return (
    <Box title={t('profile')}>
      <form className={layout['form']} onSubmit={submit} noValidate autoComplete="off">
        {save.error && <ErrorCard title={t('notSaved')} error={save.error} />}
        <TextInput
          label={t('username')}
          required
          autoCapitalize="none"
          spellCheck={false}
          value={draft.email}
          onChange={event => change({ email: event.currentTarget.value })}
        />
        <div className={layout['pair']}>
          <TextInput
            label={t('firstName')}
            value={draft.firstName}
            onChange={event => change({ firstName: event.currentTarget.value })}
          />
          <TextInput
            label={t('lastName')}
            value={draft.lastName}
            onChange={event => change({ lastName: event.currentTarget.value })}
          />
        </div>
        <GroupChecks chosen={draft.groups} onChange={groups => change({ groups })} />
        <fieldset className={classes['checks']}>
          <legend>{t('rights')}</legend>
          <SuperAdminCheck isOn={draft.superAdmin} onChange={superAdmin => change({ superAdmin })} />
          <Check isOn={draft.restricted} hint={t('restrictedHint')} onChange={restricted => change({ restricted })}>
            {t('restricted')}
          </Check>
        </fieldset>
        <div className={classes['foot']}>
          <ActButton
            type="submit"
            variant="filled"
            why={missing ?? (isChanged ? undefined : t('nothingChanged'))}
            loading={save.isPending}
          >
            {t('save')}
          </ActButton>
          {isChanged && <Button onClick={() => setDraft(draftOf(user))}>{t('discard')}</Button>}
        </div>
      </form>
    </Box>
  )
}

function draftOf({ email, username, firstName = '', lastName = '', groups, superAdmin, restricted }: User): Draft {
  return { email: email ?? username, firstName, lastName, groups: groups.map(({ id }) => id), superAdmin, restricted }
}

async function saveUser({ id }: User, draft: Draft): Promise<unknown> {
  const { email, firstName, lastName, groups, superAdmin, restricted } = draft
  return await api.users.update({
    params: { id },
    body: {
      email: email.trim(),
      firstName: firstName.trim(),
      lastName: lastName.trim(),
      groups: [...groups],
      superAdmin,
      restricted,
    },
  })
}

function Ways({ user }: { readonly user: User }): ReactNode {
  const why = useMay()('USER:UPDATE')
  const take = useTold(
    async (auth: string) => await api.users.deleteAuth({ params: { id: user.id, auth } }),
    () => t('wayTaken'),
    t('notSaved'),
  )
  return (
    <Box title={t('ways')}>
      {user.auths.length === 0 && <p className={classes['muted']}>{t('noWaysText')}</p>}
      <ul className={classes['lines']}>
        {user.auths.map(auth => (
          <li key={auth.id ?? auth.name}>
            <Icon name={auth.type === 'BASIC_AUTH' ? 'lock' : 'shield'} />
            <span className={classes['lineText']}>
              <span className={classes['strong']}>{auth.type === 'BASIC_AUTH' ? t('password') : auth.name}</span>
              {auth.type === 'BASIC_AUTH' && user.passwordChanged !== undefined && (
                <span className={`${classes['muted']} ${classes['small']}`}>
                  {t('changed')} <Timestamp atMs={Date.parse(user.passwordChanged)} isRelative />
                </span>
              )}
            </span>
            <ActButton size="compact-sm" why={why} onClick={() => take.mutate(auth.id ?? auth.name)}>
              {t('takeAway')}
            </ActButton>
          </li>
        ))}
      </ul>
    </Box>
  )
}
