import { TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useId, type ReactNode } from 'react'
import { useNamespaceNames } from './use-namespaces.ts'

export interface NamespaceFieldProps {
  readonly value: string
  readonly onChange: (namespace: string) => void
  readonly label?: string
  readonly error?: string | undefined
  readonly isRequired?: boolean
  /** The first field of a dialog. */
  readonly hasFocus?: boolean
}

/** A namespace: one that there is, or a new one. */
export function NamespaceField({
  value,
  onChange,
  label = 'Namespace',
  error,
  isRequired = true,
  hasFocus = false,
}: NamespaceFieldProps): ReactNode {
  const listId = useId()
  const { data = [] } = useNamespaceNames()
  return (
    <>
      <TextInput
        label={label}
        size="sm"
        required={isRequired}
        data-autofocus={hasFocus ? 'true' : undefined}
        list={listId}
        autoComplete="off"
        spellCheck={false}
        placeholder="company.team"
        value={value}
        error={error}
        onChange={event => onChange(event.currentTarget.value)}
      />
      <datalist id={listId}>
        {data.map(name => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  )
}
