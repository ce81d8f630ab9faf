import { ActionIcon, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type ReactNode } from 'react'
import { Icon } from './icon.tsx'
import { tip } from './tooltip.ts'
import { t } from './late-messages.ts'

export interface PasswordFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** For password managers. */
  readonly autoComplete: 'current-password' | 'new-password'
  readonly name?: string
  readonly error?: ReactNode
  readonly description?: ReactNode
  readonly hasFocus?: boolean | undefined
  readonly isRequired?: boolean | undefined
}

/** A password that can be looked at while it is typed; it may be pasted, and password managers know it. */
export function PasswordField(props: PasswordFieldProps): ReactNode {
  const { label, value, onChange, autoComplete, name = 'password', error, description, hasFocus, isRequired } = props
  const [isShown, setShown] = useState(false)
  const hint = t(isShown ? 'hidePassword' : 'showPassword')
  return (
    <TextInput
      label={label}
      name={name}
      type={isShown ? 'text' : 'password'}
      autoComplete={autoComplete}
      spellCheck={false}
      autoCapitalize="none"
      required={isRequired ?? true}
      data-autofocus={hasFocus === true ? 'true' : undefined}
      value={value}
      error={error}
      description={description}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      onChange={event => onChange(event.currentTarget.value)}
      rightSection={
        <ActionIcon
          size={26}
          aria-label={hint}
          aria-pressed={isShown}
          {...tip(hint)}
          onClick={() => setShown(!isShown)}
        >
          <Icon name={isShown ? 'lock' : 'eye'} />
        </ActionIcon>
      }
    />
  )
}
