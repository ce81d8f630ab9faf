// A new user: with a password that is told to them, or without, for who signs in elsewhere or gets an invitation.
import { TextInput, Button } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type FormEvent, type ReactNode } from 'react'
import { useLoginConfig } from '../../lib/access/login-config.ts'
import { useMe } from '../../lib/access/use-me.ts'
import { api } from '../../lib/api.ts'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { NewPassword } from '../sign-in/new-password.tsx'
import { Check } from './check.tsx'
import layout from '../../widgets/layout.module.css'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { useChange, useGroups } from './use-access.ts'

export interface UserDialogProps {
  readonly onClose: () => void
  readonly onMade: (id: string) => void
}

interface Draft {
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly password: string
  readonly groups: readonly string[]
  readonly superAdmin: boolean
}

const EMPTY: Draft = { email: '', firstName: '', lastName: '', password: '', groups: [], superAdmin: false }

export function UserDialog({ onClose, onMade }: UserDialogProps): ReactNode {
  const [draft, setDraft] = useState(EMPTY)
  const [isTried, setTried] = useState(false)
  const change = (patch: Partial<Draft>): void => setDraft(before => ({ ...before, ...patch }))
  const passwordMin = useLoginConfig().data?.passwordMin
  const save = useChange(createUser, ({ email }) => t('userMade', { name: email.trim() }))
  const problem = draft.email.trim() === '' ? t('needName') : undefined
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (problem === undefined) save.mutate(draft, { onSuccess: ({ id }) => onMade(id) })
  }
  return (
    <Dialog
      title={t('newUser')}
      kind="drawer"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form="user" variant="filled" loading={save.isPending}>
            {t('create')}
          </Button>
        </>
      }
    >
      <form id="user" className={layout['form']} onSubmit={submit} noValidate autoComplete="off">
        {save.error && <ErrorCard title={t('notMade')} error={save.error} />}
        <TextInput
          label={t('username')}
          description={t('usernameHint')}
          required
          data-autofocus="true"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={draft.email}
          error={isTried ? problem : undefined}
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
        <NewPassword
          label={t('firstPassword')}
          isRequired={false}
          value={draft.password}
          min={passwordMin}
          words={[draft.email, draft.firstName, draft.lastName]}
          onChange={password => change({ password })}
        />
        <GroupChecks chosen={draft.groups} onChange={groups => change({ groups })} />
        <SuperAdminCheck isOn={draft.superAdmin} onChange={superAdmin => change({ superAdmin })} />
      </form>
    </Dialog>
  )
}

async function createUser(draft: Draft): ReturnType<typeof api.users.create> {
  const { email, firstName, lastName, password, groups, superAdmin } = draft
  return await api.users.create({
    body: {
      email: email.trim(),
      firstName: firstName.trim() || null,
      lastName: lastName.trim() || null,
      password: password || null,
      groups: [...groups],
      superAdmin,
    },
  })
}

export interface GroupChecksProps {
  readonly chosen: readonly string[]
  readonly onChange: (groups: readonly string[]) => void
}

/** Which groups somebody belongs to. */
export function GroupChecks({ chosen, onChange }: GroupChecksProps): ReactNode {
  const { data } = useGroups()
  if (!data || data.results.length === 0) return null
  return (
    <fieldset className={classes['checks']}>
      <legend>{t('groups')}</legend>
      {data.results.map(({ id, name, description }) => (
        <Check
          key={id}
          isOn={chosen.includes(id)}
          hint={description}
          onChange={isOn => onChange(isOn ? [...chosen, id] : chosen.filter(other => other !== id))}
        >
          {name}
        </Check>
      ))}
    </fieldset>
  )
}

/** Only who is one makes one. */
export function SuperAdminCheck({
  isOn,
  onChange,
}: {
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
}): ReactNode {
  const { data: me } = useMe()
  const why = me === undefined || me.superAdmin || me.isOpen ? undefined : t('onlySuperAdmins')
  return (
    <Check isOn={isOn} why={why} hint={t('superAdminHint')} onChange={onChange}>
      {t('superAdmin')}
    </Check>
  )
}
