// Gives a role: who, which one, where.
import { Button, NativeSelect } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type FormEvent, type ReactNode } from 'react'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { NamespaceField } from '../namespaces/namespace-field.tsx'
import { Check } from './check.tsx'
import layout from '../../widgets/layout.module.css'
import { t } from './messages.ts'
import { SubjectField } from './subject-field.tsx'
import { useRoles } from './use-access.ts'
import { useCreateBinding, type BindingDraft } from './use-binding.ts'

export interface BindingDialogProps {
  /** To whom; asked for unless said. */
  readonly to?: { readonly type: 'USER' | 'GROUP'; readonly id: string; readonly name: string }
  readonly role?: string
  readonly onClose: () => void
}

export function BindingDialog({ to, role = '', onClose }: BindingDialogProps): ReactNode {
  const [draft, setDraft] = useState<BindingDraft>({
    type: to?.type ?? 'USER',
    externalId: to?.id ?? '',
    roleId: role,
    namespace: '',
    isDeny: false,
  })
  const [isTried, setTried] = useState(false)
  const change = (patch: Partial<BindingDraft>): void => setDraft(before => ({ ...before, ...patch }))
  const save = useCreateBinding()
  const { data: roles } = useRoles()
  const isReady = draft.externalId !== '' && draft.roleId !== ''
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (isReady) save.mutate(draft, { onSuccess: onClose })
  }
  return (
    <Dialog
      title={to === undefined ? t('giveRole') : t('giveRoleTo', { name: to.name })}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form="binding" variant="filled" loading={save.isPending}>
            {t('give')}
          </Button>
        </>
      }
    >
      <form id="binding" className={layout['form']} onSubmit={submit} noValidate>
        {save.error && <ErrorCard title={t('roleNotGiven')} error={save.error} />}
        {to === undefined && (
          <SubjectField
            label={t('toWhom')}
            hasGroups
            value={draft.externalId}
            error={isTried && draft.externalId === '' ? t('needSubject') : undefined}
            onChange={(externalId, kind) => change({ externalId, type: kind === 'group' ? 'GROUP' : 'USER' })}
          />
        )}
        <NativeSelect
          label={t('role')}
          required
          value={draft.roleId}
          error={isTried && draft.roleId === '' ? t('needRole') : undefined}
          onChange={event => change({ roleId: event.currentTarget.value })}
          data={[
            { value: '', label: t('choose') },
            ...(roles?.results ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
        <NamespaceField
          label={t('namespaceOrAll')}
          isRequired={false}
          value={draft.namespace}
          onChange={namespace => change({ namespace })}
        />
        <Check isOn={draft.isDeny} hint={t('denyHint')} onChange={isDeny => change({ isDeny })}>
          {t('deny')}
        </Check>
      </form>
    </Dialog>
  )
}
