import { NativeSelect } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import type { ReactNode } from 'react'
import { useNamespaceNames } from './use-namespaces.ts'

export interface NamespaceChooserProps {
  readonly value: string | undefined
  readonly onChange: (namespace: string | undefined) => void
  readonly label?: string
}

/** One of the namespaces that there are. */
export function NamespaceChooser({ value, onChange, label = 'Namespace' }: NamespaceChooserProps): ReactNode {
  const { data = [] } = useNamespaceNames()
  const names = value === undefined || value === '' || data.includes(value) ? data : [value, ...data]
  return (
    <NativeSelect
      aria-label={label}
      size="sm"
      value={value ?? ''}
      onChange={event => onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
      data={[{ value: '', label: `${label}…` }, ...names.map(name => ({ value: name, label: name }))]}
    />
  )
}
