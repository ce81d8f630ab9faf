// The first account of a server that others can reach, made with the token that its terminal shows.
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useMutation } from '@tanstack/react-query'
import { ApiError } from '@batuta/api'
import { useEffect, useState, type FormEvent, type ReactNode } from 'react'
import { ask } from '../../lib/access/ask.ts'
import { judgePassword } from '../../lib/access/judge-password.ts'
import { useLoginConfig } from '../../lib/access/login-config.ts'
import { signIn } from '../../lib/access/sign-in.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { queryClient } from '../../lib/query.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { BarePage } from './bare-page.tsx'
import { t } from './messages.ts'
import { NewPassword } from './new-password.tsx'
import classes from './sign-in.module.css'

interface Draft {
  readonly token: string
  readonly username: string
  readonly email: string
  readonly password: string
}

export function SetupPage(): ReactNode {
  const { data } = useLoginConfig()
  if (data?.isSetupNeeded === false)
    return (
      <BarePage title={t('setup')}>
        <Done />
      </BarePage>
    )
  return (
    <BarePage title={t('setup')} lead={t('setupLead')}>
      <SetupForm />
    </BarePage>
  )
}

function Done(): ReactNode {
  const go = useGo()
  return (
    <Empty
      icon="check"
      title={t('setupDone')}
      text={t('setupDoneText')}
      action={
        <Button variant="filled" onClick={() => go(paths.login())}>
          {t('toSignIn')}
        </Button>
      }
    />
  )
}

function SetupForm(): ReactNode {
  const [draft, setDraft] = useState<Draft>(() => ({ token: tokenOfAddress(), username: '', email: '', password: '' }))
  const [isGiven] = useState(draft.token !== '')
  const [isTried, setTried] = useState(false)
  const setup = useMutation({ mutationFn: create })
  useEffect(() => hideToken(), [])
  const change = (patch: Partial<Draft>): void => setDraft(before => ({ ...before, ...patch }))
  const problems = isTried ? problemsOf(draft) : {}
  const isWrongToken = setup.error instanceof ApiError && [401, 403].includes(setup.error.status)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (Object.values(problemsOf(draft)).every(problem => problem === undefined)) setup.mutate(draft)
  }
  return (
    <form className={classes['form']} onSubmit={submit} noValidate>
      {setup.error && !isWrongToken && <ErrorCard title={t('notCreated')} error={setup.error} />}
      {(!isGiven || isWrongToken) && (
        <TextInput
          label={t('token')}
          description={t('tokenHint')}
          required
          autoComplete="one-time-code"
          spellCheck={false}
          value={draft.token}
          error={isWrongToken ? t('tokenWrong') : problems.token}
          onChange={event => change({ token: event.currentTarget.value })}
        />
      )}
      <TextInput
        label={t('newUsername')}
        name="username"
        required
        autoFocus
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        value={draft.username}
        error={problems.username}
        onChange={event => change({ username: event.currentTarget.value })}
      />
      <TextInput
        label={`${t('email')} (${t('optional')})`}
        name="email"
        type="email"
        autoComplete="email"
        value={draft.email}
        error={problems.email}
        onChange={event => change({ email: event.currentTarget.value })}
      />
      <NewPassword
        value={draft.password}
        words={[draft.username]}
        error={problems.password}
        onChange={password => change({ password })}
      />
      <Button type="submit" variant="filled" size="md" fullWidth loading={setup.isPending || setup.isSuccess}>
        {t('create')}
      </Button>
    </form>
  )
}

async function create({ token, username, email, password }: Draft): Promise<void> {
  const body = {
    token: token.trim(),
    username: username.trim(),
    password,
    ...(email.trim() === '' ? {} : { email: email.trim() }),
  }
  await ask('/setup', { method: 'POST', body })
  const { type } = await signIn({ username: body.username, password })
  queryClient.clear()
  location.replace(type === 'ok' ? '/ui/' : `/ui${paths.login()}`)
}

function problemsOf({ token, username, email, password }: Draft): {
  readonly [Field in keyof Draft]?: string | undefined
} {
  return {
    token: token.trim() === '' ? t('tokenMissing') : undefined,
    username: /^[\w.@+-]{2,256}$/.test(username.trim()) ? undefined : t('userNameProblem'),
    email: email.trim() === '' || /^\S+@\S+$/.test(email.trim()) ? undefined : t('emailProblem'),
    password: judgePassword(password) === 'none' ? t('needPassword') : undefined,
  }
}

/** The link of the terminal carries it behind `#`, where no log of a proxy sees it, or as `?token=`. */
function tokenOfAddress(): string {
  const behind = new URLSearchParams(location.hash.slice(1)).get('token')
  return behind ?? new URLSearchParams(location.search).get('token') ?? ''
}

/** It is taken out of the address: neither the history nor a picture of the window keeps it. */
function hideToken(): void {
  if (tokenOfAddress() !== '') history.replaceState(history.state, '', location.pathname)
}
