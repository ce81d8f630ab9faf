// Somebody is invited: they make their account, or take what is offered with the one that they have.
import { ApiError } from '@batuta/api'
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState, type FormEvent, type ReactNode } from 'react'
import { judgePassword } from '../../lib/access/judge-password.ts'
import { useLoginConfig } from '../../lib/access/login-config.ts'
import { signIn } from '../../lib/access/sign-in.ts'
import { nameOf, useMe } from '../../lib/access/use-me.ts'
import { api } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Note } from '../../widgets/note.tsx'
import { Skeleton, Waiting } from '../../widgets/skeleton.tsx'
import { BarePage } from './bare-page.tsx'
import { t } from './messages.ts'
import { NewPassword } from './new-password.tsx'
import layout from '../../widgets/layout.module.css'

const GONE: readonly number[] = [404, 410]

export function InvitationPage(): ReactNode {
  const params: { readonly link?: string } = useParams({ strict: false })
  const { link = '' } = params
  const { data, error, refetch } = useQuery({
    queryKey: ['invitation', link],
    queryFn: ({ signal }) => api.invitations.show({ params: { invitationId: link }, signal }),
    retry: false,
  })
  const me = useMe().data
  const isGone = error instanceof ApiError && GONE.includes(error.status)
  return (
    <BarePage title={t('accept')} lead={data && t('acceptLead', { host: location.host, email: data.email })}>
      {isGone && (
        <Note kind="warning">
          {t('acceptGone')} {t('acceptGoneText')}
        </Note>
      )}
      {error && !isGone && <ErrorCard title={t('unreachable')} error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <Waiting>
          <Skeleton height="14rem" />
        </Waiting>
      )}
      {data && me && !me.isOpen && me.profile.username === data.email && <Take link={link} name={nameOf(me)} />}
      {data && me?.profile.username !== data.email && <Enter link={link} email={data.email} />}
    </BarePage>
  )
}

function Take({ link, name }: { readonly link: string; readonly name: string }): ReactNode {
  const take = useMutation({
    mutationFn: async () => {
      await api.invitations.accept({ params: { invitationId: link } })
      location.replace('/ui/')
    },
  })
  return (
    <div className={layout['form']}>
      {take.error && <ErrorCard title={t('notAccepted')} error={take.error} />}
      <Button variant="filled" size="md" fullWidth loading={take.isPending} onClick={() => take.mutate()}>
        {t('acceptAs', { name })}
      </Button>
    </div>
  )
}

interface EnterProps {
  readonly link: string
  readonly email: string
}

function Enter({ link, email }: EnterProps): ReactNode {
  const [names, setNames] = useState({ firstName: '', lastName: '' })
  const [password, setPassword] = useState('')
  const [isTried, setTried] = useState(false)
  const { data: config } = useLoginConfig()
  const enter = useMutation({
    mutationFn: async () => {
      await api.invitations.enter({ params: { invitationId: link }, body: { ...names, password } })
      const { type } = await signIn({ username: email, password })
      location.replace(type === 'ok' ? '/ui/' : `/ui${paths.login()}`)
    },
  })
  const isWeak = enter.error instanceof ApiError && enter.error.status === 422
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (judgePassword(password) !== 'none') enter.mutate()
  }
  return (
    <form className={layout['form']} onSubmit={submit} noValidate>
      {enter.error && !isWeak && <ErrorCard title={t('notAccepted')} error={enter.error} />}
      <input type="hidden" name="username" autoComplete="username" value={email} />
      <div className={layout['pair']}>
        <TextInput
          label={t('firstName')}
          autoComplete="given-name"
          value={names.firstName}
          onChange={({ currentTarget: { value: firstName } }) => setNames(before => ({ ...before, firstName }))}
        />
        <TextInput
          label={t('lastName')}
          autoComplete="family-name"
          value={names.lastName}
          onChange={({ currentTarget: { value: lastName } }) => setNames(before => ({ ...before, lastName }))}
        />
      </div>
      <NewPassword
        value={password}
        min={config?.passwordMin}
        words={[email, names.firstName, names.lastName]}
        error={isWeak ? enter.error?.message : isTried && password === '' ? t('needPassword') : undefined}
        onChange={setPassword}
      />
      <Button type="submit" variant="filled" size="md" fullWidth loading={enter.isPending}>
        {t('create')}
      </Button>
    </form>
  )
}
