// What belongs to whoever is signed in: their name, their password, their tokens, and where else they are signed in.
import { ApiError } from '@batuta/api'
import { TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react'
import { judgePassword } from '../../lib/access/judge-password.ts'
import { useLoginConfig } from '../../lib/access/login-config.ts'
import { ME, type Me } from '../../lib/access/use-me.ts'
import { api } from '../../lib/api.ts'
import { queryClient } from '../../lib/query.ts'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { PasswordField } from '../../widgets/password-field.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { SessionLines } from '../iam/session-lines.tsx'
import { TokenLines } from '../iam/token-lines.tsx'
import { NewPassword } from '../sign-in/new-password.tsx'
import { Group } from './group.tsx'
import { t } from './account-messages.ts'
import layout from '../../widgets/layout.module.css'
import classes from './preferences-page.module.css'

const PARAMS = { show: textParam }

export function Account({ me }: { readonly me: Me }): ReactNode {
  const [{ show }] = useSearchState(PARAMS)
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (show !== undefined) place.current?.querySelector(`#${CSS.escape(show)}`)?.scrollIntoView({ block: 'start' })
  }, [show])
  const why = me.restricted ? t('restricted') : undefined
  return (
    <div ref={place} className={classes['groups']}>
      <Profile key={JSON.stringify(me.profile)} me={me} why={why} />
      {me.auths.some(({ type }) => type === 'BASIC_AUTH') && (
        <div id="password">
          <Password me={me} why={why} />
        </div>
      )}
      <div id="tokens">
        <Group title={t('tokens')}>
          <p className={layout['hint']}>{t('tokensHint')}</p>
          <TokenLines of={{ kind: 'me' }} />
        </Group>
      </div>
      <div id="sessions">
        <Group title={t('sessions')}>
          <SessionLines />
        </Group>
      </div>
    </div>
  )
}

interface PartProps {
  readonly me: Me
  readonly why: string | undefined
}

function Profile({ me, why }: PartProps): ReactNode {
  const { firstName = '', lastName = '', username } = me.profile
  const [draft, setDraft] = useState({ firstName, lastName })
  const save = useMutation({
    mutationFn: async () =>
      await api.me.update({ body: { firstName: draft.firstName.trim(), lastName: draft.lastName.trim() } }),
    onSuccess: saved => {
      queryClient.setQueryData(ME, saved)
      showToast({ kind: 'success', text: t('nameSaved') })
    },
  })
  const isChanged = draft.firstName !== firstName || draft.lastName !== lastName
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (why === undefined && isChanged) save.mutate()
  }
  return (
    <Group title={t('account')}>
      <p className={layout['hint']}>{t('signedInAs', { name: username })}</p>
      {save.error && <ErrorCard title={t('notSaved')} error={save.error} />}
      <form className={layout['form']} onSubmit={submit} noValidate>
        <div className={classes['pair']}>
          <TextInput
            label={t('firstName')}
            autoComplete="given-name"
            value={draft.firstName}
            onChange={({ currentTarget: { value } }) => setDraft(before => ({ ...before, firstName: value }))}
          />
          <TextInput
            label={t('lastName')}
            autoComplete="family-name"
            value={draft.lastName}
            onChange={({ currentTarget: { value } }) => setDraft(before => ({ ...before, lastName: value }))}
          />
        </div>
        <ActButton
          type="submit"
          className={classes['single']}
          why={why ?? (isChanged ? undefined : t('nothingChanged'))}
          loading={save.isPending}
        >
          {t('save')}
        </ActButton>
      </form>
    </Group>
  )
}

function Password({ me, why }: PartProps): ReactNode {
  const [before, setBefore] = useState('')
  const [next, setNext] = useState('')
  const [isTried, setTried] = useState(false)
  const { data: config } = useLoginConfig()
  const { username, firstName = '', lastName = '' } = me.profile
  const save = useMutation({
    mutationFn: async () => await api.me.setPassword({ body: { oldPassword: before, newPassword: next } }),
    onSuccess: () => {
      setBefore('')
      setNext('')
      setTried(false)
      showToast({ kind: 'success', text: t('passwordSet') })
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['access'] }),
  })
  const refusal = save.error instanceof ApiError ? save.error.status : undefined
  const message = save.error?.message
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (why === undefined && before !== '' && judgePassword(next) !== 'none') save.mutate()
  }
  return (
    <Group title={t('password')}>
      <form className={layout['form']} onSubmit={submit} noValidate>
        {save.error && refusal !== 422 && refusal !== 403 && <ErrorCard title={t('notSaved')} error={save.error} />}
        <input type="hidden" name="username" autoComplete="username" value={username} />
        <PasswordField
          label={t('oldPassword')}
          name="old-password"
          autoComplete="current-password"
          value={before}
          error={refusal === 403 ? message : isTried && before === '' ? t('needOld') : undefined}
          onChange={setBefore}
        />
        <NewPassword
          label={t('newPassword')}
          value={next}
          min={config?.passwordMin}
          words={[username, firstName, lastName]}
          error={refusal === 422 ? message : isTried && next === '' ? t('needNew') : undefined}
          onChange={setNext}
        />
        <p className={layout['hint']}>{t('othersEnd')}</p>
        <ActButton type="submit" className={classes['single']} why={why} loading={save.isPending}>
          {t('changePassword')}
        </ActButton>
      </form>
    </Group>
  )
}
