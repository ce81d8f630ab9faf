// One role: what it allows, and who has it where.
import { useState, type ReactNode } from 'react'
import { Button } from '@mantine/core'
import { useMay } from '../../lib/access/use-may.ts'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Note } from '../../widgets/note.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { BindingDialog } from './binding-dialog.tsx'
import { Box } from './box.tsx'
import { Check } from './check.tsx'
import { DeleteMenu } from './delete-menu.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { NameForm, type Named } from './name-form.tsx'
import { PermissionMatrix, type Matrix } from './permission-matrix.tsx'
import { useBindings, useChange, useRole, useTold, type Role } from './use-access.ts'
import { SubjectOfBinding } from './subject-of-binding.tsx'
import { Badge } from './who.tsx'

export function RoleView({ id }: { readonly id: string }): ReactNode {
  const { data: role, error, refetch } = useRole(id)
  const go = useGo()
  const mayNot = useMay()
  const remove = useTold(
    async () => await api.roles.delete({ params: { id } }),
    () => t('deleted', { name: role?.name ?? id }),
    t('notDeleted', { name: role?.name ?? id }),
  )
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (!role) return <SkeletonRows rows={6} />
  const fixed = role.isManaged ? t('managedFixed') : undefined
  return (
    <div className={classes['view']}>
      <div className={classes['boxHead']}>
        <h2>{role.name}</h2>
        {role.isManaged ? <Badge>{t('managed')}</Badge> : <Badge look="accent">{t('own')}</Badge>}
        <DeleteMenu
          name={role.name}
          why={fixed ?? mayNot('ROLE:DELETE')}
          text={t('deleteRoleText')}
          onDelete={() => remove.mutate(undefined, { onSuccess: () => go(paths.access('roles')) })}
        />
      </div>
      {role.isManaged && <Note>{t('managedText')}</Note>}
      <Profile key={JSON.stringify(role)} role={role} why={fixed ?? mayNot('ROLE:UPDATE')} />
      <Permissions key={JSON.stringify(role.permissions)} role={role} why={fixed ?? mayNot('ROLE:UPDATE')} />
      <Box title={t('whoHasIt')}>
        <Holders role={role} />
      </Box>
    </div>
  )
}

interface PartProps {
  readonly role: Role
  /** Why it cannot be changed. */
  readonly why: string | undefined
}

interface Draft extends Named {
  readonly isDefault: boolean
}

async function saveRole(
  { id, permissions, ...before }: Role,
  patch: Partial<Draft> & { readonly permissions?: Matrix },
): Promise<unknown> {
  const { name, description = '', isDefault } = { ...before, ...patch }
  const kept = Object.entries(patch.permissions ?? permissions).map(([resource, actions]) => [resource, [...actions]])
  const body = { name: name.trim(), description: description.trim(), isDefault, permissions: Object.fromEntries(kept) }
  return await api.roles.update({ params: { id }, body })
}

function Profile({ role, why }: PartProps): ReactNode {
  const { name, description = '', isDefault } = role
  const save = useChange(
    async (draft: Draft) => await saveRole(role, draft),
    given => t('saved', { name: given.name }),
  )
  return (
    <Box title={t('profile')}>
      <NameForm<Draft>
        value={{ name, description, isDefault }}
        why={why}
        error={save.error}
        isBusy={save.isPending}
        more={(draft, change) => (
          <Check
            isOn={draft.isDefault}
            why={why}
            hint={t('defaultHint')}
            onChange={isOn => change({ isDefault: isOn })}
          >
            {t('isDefault')}
          </Check>
        )}
        onSave={draft => save.mutate(draft)}
      />
    </Box>
  )
}

function Permissions({ role, why }: PartProps): ReactNode {
  const [matrix, setMatrix] = useState<Matrix>(role.permissions)
  const save = useChange(
    async (permissions: Matrix) => await saveRole(role, { permissions }),
    () => t('saved', { name: role.name }),
  )
  const isChanged = JSON.stringify(matrix) !== JSON.stringify(role.permissions)
  return (
    <Box title={t('permissions')}>
      {save.error && <ErrorCard title={t('notSaved')} error={save.error} />}
      <PermissionMatrix
        label={t('matrixOf', { name: role.name })}
        value={matrix}
        onChange={why === undefined ? setMatrix : undefined}
      />
      {why === undefined && (
        <div className={classes['foot']}>
          <ActButton
            variant="filled"
            why={isChanged ? undefined : t('nothingChanged')}
            loading={save.isPending}
            onClick={() => save.mutate(matrix)}
          >
            {t('save')}
          </ActButton>
          {isChanged && <Button onClick={() => setMatrix(role.permissions)}>{t('discard')}</Button>}
        </div>
      )}
    </Box>
  )
}

function Holders({ role }: { readonly role: Role }): ReactNode {
  const { data } = useBindings({})
  const [isNew, setNew] = useState(false)
  const why = useMay()('BINDING:CREATE')
  const holders = data?.results.filter(binding => binding.role.id === role.id) ?? []
  return (
    <>
      {data && holders.length === 0 && <p className={classes['muted']}>{t('nobodyHasIt')}</p>}
      <ul className={classes['lines']}>
        {holders.map(binding => (
          <li key={binding.id}>
            <span className={classes['lineText']}>
              <span className={classes['badges']}>
                <SubjectOfBinding binding={binding} />
                {binding.isDeny === true && <Badge look="bad">{t('denies')}</Badge>}
              </span>
            </span>
            <span className={classes['muted']}>
              {binding.namespace === undefined ? t('everywhere') : t('inNamespace', { namespace: binding.namespace })}
            </span>
          </li>
        ))}
      </ul>
      <div className={classes['foot']}>
        <ActButton size="compact-sm" why={why} onClick={() => setNew(true)}>
          {t('giveThis')}
        </ActButton>
      </div>
      {isNew && <BindingDialog role={role.id} onClose={() => setNew(false)} />}
    </>
  )
}
