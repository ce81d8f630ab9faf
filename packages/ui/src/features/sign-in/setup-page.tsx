// The first account of a server: on a machine of one's own whoever comes makes it, elsewhere who holds the token that its terminal shows.
import { ApiError } from '@batuta/api'
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent, type ReactNode } from 'react'
import { judgePassword } from '../../lib/access/judge-password.ts'
import { useLoginConfig, type LoginConfig } from '../../lib/access/login-config.ts'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { queryClient } from '../../lib/query.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Skeleton, Waiting } from '../../widgets/skeleton.tsx'
import { BarePage } from './bare-page.tsx'
import { t } from './messages.ts'
import { NewPassword } from './new-password.tsx'
import layout from '../../widgets/layout.module.css'

interface Draft {
  readonly token: string
  readonly username: string
  readonly firstName: string
  readonly lastName: string
  readonly password: string
}

export function SetupPage(): ReactNode {
  const { data, error, refetch } = useLoginConfig()
  return (
    <BarePage title={t('setup')} lead={data?.isSetupNeeded === true ? t('setupLead') : undefined}>
      {error && <ErrorCard title={t('unreachable')} error={error} onRetry={() => void refetch()} />}
      {data?.isSetupNeeded === true && <SetupForm config={data} />}
      {data?.isSetupNeeded === false && <Done />}
      {!data && !error && (
        <Waiting>
          <Skeleton height="16rem" />
        </Waiting>
      )}
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

function SetupForm({ config: { needsToken, passwordMin } }: { readonly config: LoginConfig }): ReactNode {
  const [draft, setDraft] = useState<Draft>(() => ({ ...EMPTY, token: tokenOfAddress() }))
  const [isGiven] = useState(draft.token !== '')
  const [isTried, setTried] = useState(false)
  const setup = useMutation({ mutationFn: create })
  useEffect(() => hideToken(), [])
  const change = (patch: Partial<Draft>): void => setDraft(before => ({ ...before, ...patch }))
  const problems = problemsOf(draft, needsToken)
  const shown = isTried ? problems : {}
  const refusal = refusalOf(setup.error)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (Object.values(problems).every(problem => problem === undefined)) setup.mutate(draft)
  }
  return (
    <form className={layout['form']} onSubmit={submit} noValidate>
      {setup.error && refusal === 'other' && <ErrorCard title={t('notCreated')} error={setup.error} />}
      {needsToken && (!isGiven || refusal === 'token') && (
        <TextInput
          label={t('token')}
          description={t('tokenHint')}
          required
          autoComplete="one-time-code"
          spellCheck={false}
          value={draft.token}
          error={refusal === 'token' ? t('tokenWrong') : shown.token}
          onChange={event => change({ token: event.currentTarget.value })}
        />
      )}
      <Names draft={draft} problem={shown.username} change={change} />
      <NewPassword
        value={draft.password}
        min={passwordMin}
        words={[draft.username, draft.firstName, draft.lastName]}
        error={refusal === 'password' ? setup.error?.message : shown.password}
        onChange={password => change({ password })}
      />
      <Button type="submit" variant="filled" size="md" fullWidth loading={setup.isPending || setup.isSuccess}>
        {t('create')}
      </Button>
    </form>
  )
}

interface NamesProps {
  readonly draft: Draft
  readonly problem: string | undefined
  readonly change: (patch: Partial<Draft>) => void
}

function Names({ draft, problem, change }: NamesProps): ReactNode {
  return (
    <>
      <TextInput
        label={t('newUsername')}
        name="username"
        required
        autoFocus
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        value={draft.username}
        error={problem}
        onChange={event => change({ username: event.currentTarget.value })}
      />
      <div className={layout['pair']}>
        <TextInput
          label={t('firstName')}
          autoComplete="given-name"
          value={draft.firstName}
          onChange={event => change({ firstName: event.currentTarget.value })}
        />
        <TextInput
          label={t('lastName')}
          autoComplete="family-name"
          value={draft.lastName}
          onChange={event => change({ lastName: event.currentTarget.value })}
        />
      </div>
    </>
  )
}

const EMPTY: Draft = { token: '', username: '', firstName: '', lastName: '', password: '' }

/** The server signs its first user in at once. */
async function create({ token, username, firstName, lastName, password }: Draft): Promise<void> {
  const names = { firstName: firstName.trim() || null, lastName: lastName.trim() || null }
  await api.auths.saveSetup({ body: { username: username.trim(), password, token: token.trim() || null, ...names } })
  queryClient.clear()
  location.replace('/ui/')
}

function problemsOf(
  { token, username, password }: Draft,
  needsToken: boolean,
): { readonly [Field in keyof Draft]?: string | undefined } {
  return {
    token: needsToken && token.trim() === '' ? t('tokenMissing') : undefined,
    username: /^\S{2,256}$/.test(username.trim()) ? undefined : t('userNameProblem'),
    password: judgePassword(password) === 'none' ? t('needPassword') : undefined,
  }
}

/** Which field a refusal is about. */
function refusalOf(error: Error | null): 'token' | 'password' | 'other' {
  if (!(error instanceof ApiError)) return 'other'
  if (error.status === 403) return 'token'
  return error.status === 422 && /password/i.test(error.message) ? 'password' : 'other'
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
