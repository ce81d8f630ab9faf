// A new password, by a link that an administrator gave out. The token stands behind `#`, where no log of a proxy sees it.
import { ApiError } from '@batuta/api'
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent, type ReactNode } from 'react'
import { judgePassword } from '../../lib/access/judge-password.ts'
import { useLoginConfig } from '../../lib/access/login-config.ts'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Note } from '../../widgets/note.tsx'
import { BarePage } from './bare-page.tsx'
import { t } from './messages.ts'
import { NewPassword } from './new-password.tsx'
import layout from '../../widgets/layout.module.css'

const GONE: readonly number[] = [404, 410]

export function ResetPasswordPage(): ReactNode {
  const [token] = useState(() => decodeURIComponent(location.hash.slice(1)))
  const [password, setPassword] = useState('')
  const [isTried, setTried] = useState(false)
  const { data: config } = useLoginConfig()
  const go = useGo()
  const reset = useMutation({
    mutationFn: async () => await api.auths.resetPassword({ body: { token, password } }),
  })
  const refusal = reset.error instanceof ApiError ? reset.error.status : undefined
  const isGone = refusal !== undefined && GONE.includes(refusal)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (judgePassword(password) !== 'none') reset.mutate()
  }
  if (token === '' || isGone)
    return (
      <BarePage title={t('reset')}>
        <Note kind="warning">{t(isGone ? 'resetGone' : 'resetMissing')}</Note>
      </BarePage>
    )
  if (reset.isSuccess)
    return (
      <BarePage title={t('reset')}>
        <Note>{t('resetDone')}</Note>
        <Button variant="filled" size="md" fullWidth onClick={() => go(paths.login())}>
          {t('toSignIn')}
        </Button>
      </BarePage>
    )
  return (
    <BarePage title={t('reset')} lead={t('resetLead')}>
      <form className={layout['form']} onSubmit={submit} noValidate>
        {reset.error && refusal !== 422 && <ErrorCard title={t('failed')} error={reset.error} />}
        <NewPassword
          label={t('newPassword')}
          hasFocus
          value={password}
          min={config?.passwordMin}
          error={refusal === 422 ? reset.error?.message : isTried && password === '' ? t('needPassword') : undefined}
          onChange={setPassword}
        />
        <Button type="submit" variant="filled" size="md" fullWidth loading={reset.isPending}>
          {t('reset')}
        </Button>
      </form>
    </BarePage>
  )
}
