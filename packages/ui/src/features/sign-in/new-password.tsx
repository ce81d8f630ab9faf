import type { ReactNode } from 'react'
import { PASSWORD_MIN, judgePassword, type Strength } from '../../lib/access/judge-password.ts'
import { cx } from '../../widgets/class-names.ts'
import { PasswordField } from '../../widgets/password-field.tsx'
import { t } from './messages.ts'
import classes from './sign-in.module.css'

export interface NewPasswordProps {
  readonly label?: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** What is known about its owner, such as the name. */
  readonly words?: readonly string[]
  /** What the server asks for at least. */
  readonly min?: number | undefined
  readonly error?: ReactNode
  readonly hasFocus?: boolean
  readonly isRequired?: boolean
}

const LEVELS: Readonly<Record<Strength, number>> = { none: 0, short: 1, weak: 1, fair: 2, strong: 3 }

/** A password that is chosen: how strong it is is said while one types. */
export function NewPassword({
  label = t('password'),
  value,
  onChange,
  words,
  min = PASSWORD_MIN,
  error,
  hasFocus,
  isRequired,
}: NewPasswordProps): ReactNode {
  const strength = judgePassword(value, words, min)
  const level = LEVELS[strength]
  const look = cx(
    level === 1 && classes['weakBar'],
    level === 2 && classes['fairBar'],
    level === 3 && classes['strongBar'],
  )
  return (
    <PasswordField
      label={label}
      name="new-password"
      autoComplete="new-password"
      value={value}
      error={error}
      hasFocus={hasFocus}
      isRequired={isRequired}
      onChange={onChange}
      description={
        <span className={classes['strength']}>
          <span className={classes['bars']} aria-hidden="true">
            {[1, 2, 3].map(step => (
              <span key={step} className={cx(classes['bar'], step <= level && look)} />
            ))}
          </span>
          <span aria-live="polite">{t(strength, { min })}</span>
        </span>
      }
    />
  )
}
