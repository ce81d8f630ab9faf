// What the audit log is narrowed by. All of it stands in the address, under the names that the API has.
import { NativeSelect, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { RESOURCE_NAMES } from '@batuta/core'
import { useRef, type ReactNode } from 'react'
import { useActions } from '../../lib/actions.ts'
import { useMay } from '../../lib/access/use-may.ts'
import { useMe } from '../../lib/access/use-me.ts'
import { Icon } from '../../widgets/icon.tsx'
import { useAccounts, useUsers } from '../iam/use-access.ts'
import { NamespaceField } from '../namespaces/namespace-field.tsx'
import classes from './audit.module.css'
import { t } from './messages.ts'
import { AUDIT_RANGES, type AuditAsked } from './use-audit.ts'
import { AUDIT_ACTIONS, actionWord } from './words.ts'

export interface AuditToolsProps {
  readonly asked: AuditAsked
  readonly onAsk: (patch: Partial<AuditAsked>, options?: { readonly replace?: boolean }) => void
}

export function AuditTools({ asked, onAsk }: AuditToolsProps): ReactNode {
  const field = useRef<HTMLInputElement>(null)
  useActions([
    { id: 'filter.focus', title: t('search'), section: t('list'), keys: '/', run: () => field.current?.focus() },
  ])
  return (
    <div className={classes['tools']} role="search">
      <TextInput
        ref={field}
        className={classes['search']}
        size="sm"
        label={t('search')}
        leftSection={<Icon name="search" size={14} />}
        value={asked.q ?? ''}
        onChange={event => onAsk({ q: event.currentTarget.value || undefined }, { replace: true })}
      />
      <NativeSelect
        size="sm"
        label={t('type')}
        value={asked.type ?? ''}
        onChange={event => onAsk({ type: event.currentTarget.value || undefined })}
        data={[
          { value: '', label: t('anyType') },
          ...AUDIT_ACTIONS.map(value => ({ value, label: actionWord(value) })),
        ]}
      />
      <NativeSelect
        size="sm"
        label={t('resource')}
        value={asked.resource ?? ''}
        onChange={event => onAsk({ resource: event.currentTarget.value || undefined })}
        data={[{ value: '', label: t('anyResource') }, ...RESOURCE_NAMES.map(value => ({ value, label: value }))]}
      />
      <People asked={asked} onAsk={onAsk} />
      <div className={classes['namespace']}>
        <NamespaceField
          label={t('namespace')}
          isRequired={false}
          value={asked.namespace ?? ''}
          onChange={namespace => onAsk({ namespace: namespace || undefined }, { replace: true })}
        />
      </div>
      <NativeSelect
        size="sm"
        label={t('range')}
        value={asked.range}
        onChange={event => onAsk({ range: AUDIT_RANGES.find(each => each === event.currentTarget.value) ?? 'week' })}
        data={AUDIT_RANGES.map(value => ({ value, label: t(value) }))}
      />
    </div>
  )
}

/** Who may not see the users chooses none. */
function People({ asked, onAsk }: AuditToolsProps): ReactNode {
  const mayNot = useMay()
  // Nobody is asked for before it is known who asks.
  const isKnown = useMe().data !== undefined
  const isOff = !isKnown || mayNot('USER:READ') !== undefined
  const users = useUsers('', !isOff).data?.results ?? []
  const accounts = useAccounts('', isKnown && mayNot('SERVICE_ACCOUNT:READ') === undefined).data?.results ?? []
  if (isOff) return null
  return (
    <NativeSelect
      size="sm"
      label={t('who')}
      value={asked.userId ?? ''}
      onChange={event => onAsk({ userId: event.currentTarget.value || undefined })}
      data={[
        { value: '', label: t('anybody') },
        ...users.map(({ id, displayName }) => ({ value: id, label: displayName })),
        ...accounts.map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  )
}
