// Name and password, or a provider from outside. On the page of sign-in, and over a page whose session has ended.
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useEffect, useId, useRef, useState, type FormEvent, type ReactNode } from 'react'
import { useLoginConfig, type LoginConfig } from '../../lib/access/login-config.ts'
import { signIn, type SignInOutcome } from '../../lib/access/sign-in.ts'
import { withQuery } from '../../lib/paths.ts'
import { formatDuration, formatMomentLong } from '../../lib/time.ts'
import { useNow } from '../../platform/clock.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { PasswordField } from '../../widgets/password-field.tsx'
import { Skeleton, Waiting } from '../../widgets/skeleton.tsx'
import { t } from './messages.ts'
import layout from '../../widgets/layout.module.css'
import classes from './sign-in.module.css'

export interface SignInFormProps {
  /** Known already: only the password is asked for. */
  readonly username?: string | undefined
  /** Where a provider leads back to, below `/ui`. */
  readonly from: string
  /** Providers open beside this page, which stays as it is. */
  readonly isOver?: boolean
  readonly onSignedIn: () => void
}

export function SignInForm(props: SignInFormProps): ReactNode {
  const { data, error, refetch } = useLoginConfig()
  if (error) return <ErrorCard title={t('unreachable')} error={error} onRetry={() => void refetch()} />
  if (!data)
    return (
      <Waiting>
        <Skeleton height="12rem" />
      </Waiting>
    )
  return <Ways {...props} config={data} />
}

function Ways({ config, ...props }: SignInFormProps & { readonly config: LoginConfig }): ReactNode {
  const { providers, hasPassword } = config
  return (
    <div className={classes['ways']}>
      {providers.map(({ id, name }) => (
        <ProviderButton key={id} id={id} name={name} from={props.from} isOver={props.isOver === true} />
      ))}
      {providers.length > 0 && hasPassword && (
        <div className={classes['or']} role="separator">
          <span>{t('or')}</span>
        </div>
      )}
      {hasPassword && <PasswordForm {...props} />}
      {!hasPassword && providers.length === 0 && <p>{t('noPassword')}</p>}
    </div>
  )
}

interface ProviderButtonProps {
  readonly id: string
  readonly name: string
  readonly from: string
  readonly isOver: boolean
}

function ProviderButton({ id, name, from, isOver }: ProviderButtonProps): ReactNode {
  return (
    <div>
      <Button
        component="a"
        fullWidth
        size="md"
        href={withQuery(`/oauth/login/${encodeURIComponent(id)}`, [['returnTo', `/ui${from}`]])}
        {...(isOver ? { target: '_blank', rel: 'noopener' } : {})}
        leftSection={<Icon name="shield" size={18} />}
      >
        {t('signInWith', { provider: name })}
      </Button>
      {isOver && <p className={layout['hint']}>{t('elsewhere')}</p>}
    </div>
  )
}

function PasswordForm({ username: known, onSignedIn }: SignInFormProps): ReactNode {
  const [username, setUsername] = useState(known ?? '')
  const [password, setPassword] = useState('')
  const [outcome, setOutcome] = useState<SignInOutcome | undefined>(undefined)
  const [isBusy, setBusy] = useState(false)
  const [isTried, setTried] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const focus = (name: string): void => form.current?.querySelector<HTMLInputElement>(`[name=${name}]`)?.focus()
  useEffect(() => focus(known === undefined ? 'username' : 'password'), [known])
  const send = async (): Promise<void> => {
    setBusy(true)
    const answer = await signIn({ username: username.trim(), password })
    setBusy(false)
    setOutcome(answer)
    if (answer.type === 'ok') return onSignedIn()
    if (answer.type !== 'wrong') return
    setPassword('')
    focus('password')
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (username.trim() === '') focus('username')
    else if (password === '') focus('password')
    else if (!isBusy) void send()
  }
  return (
    <form ref={form} className={layout['form']} onSubmit={submit} noValidate>
      {outcome && <Refusal outcome={outcome} />}
      <TextInput
        label={t('username')}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        value={username}
        error={isTried && username.trim() === '' ? t('needUser') : undefined}
        onChange={event => setUsername(event.currentTarget.value)}
      />
      <PasswordField
        label={t('password')}
        autoComplete="current-password"
        value={password}
        error={isTried && password === '' && outcome?.type !== 'wrong' ? t('needPassword') : undefined}
        onChange={setPassword}
      />
      <Button type="submit" variant="filled" size="md" fullWidth loading={isBusy}>
        {t('signIn')}
      </Button>
    </form>
  )
}

const TICK_MS = 1_000
const HOUR_MS = 3_600_000

function Refusal({ outcome }: { readonly outcome: SignInOutcome }): ReactNode {
  const id = useId()
  const now = useNow(TICK_MS, outcome.type === 'locked')
  if (outcome.type === 'ok') return null
  const { title, text } = wordsOf(outcome, now)
  return (
    <div className={classes['refusal']} role="alert" aria-labelledby={id}>
      <Icon name={outcome.type === 'locked' ? 'lock' : 'warning'} />
      <div>
        <p id={id} className={classes['refusalTitle']}>
          {title}
        </p>
        {text !== undefined && <p>{text}</p>}
      </div>
    </div>
  )
}

interface RefusalWords {
  readonly title: string
  readonly text?: string | undefined
}

function wordsOf(outcome: Exclude<SignInOutcome, { readonly type: 'ok' }>, now: number): RefusalWords {
  switch (outcome.type) {
    case 'wrong':
      return { title: t('wrong'), text: t('wrongHint') }
    case 'failed':
      return { title: outcome.message === undefined ? t('unreachable') : t('failed'), text: outcome.message }
    case 'locked': {
      const leftMs = outcome.untilMs === undefined ? 0 : outcome.untilMs - now
      const isLong = leftMs > HOUR_MS
      const time = formatDuration(Math.max(TICK_MS, Math.ceil(leftMs / TICK_MS) * TICK_MS))
      return {
        title: isLong ? t('locked', { when: formatMomentLong(now + leftMs) }) : t('lockedSoon', { time }),
        text: t('lockedHint'),
      }
    }
  }
}
