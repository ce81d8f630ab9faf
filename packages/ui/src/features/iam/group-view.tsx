// One group: who belongs to it, and what that gives them.
import { TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import type { ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { api } from '../../lib/api.ts'
import { Link, useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Skeleton, SkeletonRows } from '../../widgets/skeleton.tsx'
import { BindingLines } from './binding-lines.tsx'
import { Box } from './box.tsx'
import { DeleteMenu } from './delete-menu.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { NameForm, type Named } from './name-form.tsx'
import { SubjectField } from './subject-field.tsx'
import { useChange, useGroup, useMembers, useTold, type Group, type Member } from './use-access.ts'
import { Badge, Who } from './who.tsx'

export function GroupView({ id }: { readonly id: string }): ReactNode {
  const { data: group, error, refetch } = useGroup(id)
  const go = useGo()
  const why = useMay()('GROUP:DELETE')
  const remove = useTold(
    async () => await api.groups.delete({ params: { id } }),
    () => t('deleted', { name: group?.name ?? id }),
    t('notDeleted', { name: group?.name ?? id }),
  )
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (!group) return <SkeletonRows rows={6} />
  return (
    <div className={classes['view']}>
      <div className={classes['boxHead']}>
        <h2>
          <Who kind="group" name={group.name} />
        </h2>
        <DeleteMenu
          name={group.name}
          why={why}
          text={t('deleteGroupText')}
          onDelete={() => remove.mutate(undefined, { onSuccess: () => go(paths.access('groups')) })}
        />
      </div>
      <Profile key={JSON.stringify(group)} group={group} />
      <Box title={t('members')}>
        <Members id={id} />
      </Box>
      <Box title={t('rolesOf')}>
        <BindingLines of={{ type: 'GROUP', id }} name={group.name} />
      </Box>
    </div>
  )
}

interface Draft extends Named {
  readonly external: string
}

function Profile({ group }: { readonly group: Group }): ReactNode {
  const { id, name, description = '', externalNames } = group
  const why = useMay()('GROUP:UPDATE')
  const save = useChange(
    async (draft: Draft) =>
      await api.groups.update({
        params: { id },
        body: {
          name: draft.name.trim(),
          description: draft.description.trim(),
          externalNames: namesIn(draft.external),
        },
      }),
    given => t('saved', { name: given.name }),
  )
  return (
    <Box title={t('profile')}>
      <NameForm<Draft>
        value={{ name, description, external: externalNames.join(', ') }}
        why={why}
        error={save.error}
        isBusy={save.isPending}
        more={(draft, change) => (
          <TextInput
            label={t('externalNames')}
            description={t('externalHint')}
            readOnly={why !== undefined}
            spellCheck={false}
            value={draft.external}
            onChange={event => change({ external: event.currentTarget.value })}
          />
        )}
        onSave={draft => save.mutate(draft)}
      />
    </Box>
  )
}

function namesIn(text: string): string[] {
  return [...new Set(text.split(',').map(name => name.trim()))].filter(name => name !== '')
}

function Members({ id }: { readonly id: string }): ReactNode {
  const { data, error, refetch } = useMembers(id)
  const mayNot = useMay()
  const whyAdd = mayNot('GROUP_MEMBERSHIP:CREATE')
  const add = useTold(
    async (userId: string) => await api.groups.addMember({ params: { id, userId } }),
    () => t('memberAdded'),
    t('memberNotAdded'),
  )
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height="2rem" />
  return (
    <>
      {data.results.length === 0 && <p className={classes['muted']}>{t('noMembers')}</p>}
      <ul className={classes['lines']}>
        {data.results.map(member => (
          <MemberLine key={member.id} id={id} member={member} />
        ))}
      </ul>
      {whyAdd === undefined && (
        <SubjectField
          label={t('addMember')}
          value=""
          onChange={userId => {
            if (userId !== '') add.mutate(userId)
          }}
        />
      )}
    </>
  )
}

function MemberLine({ id, member }: { readonly id: string; readonly member: Member }): ReactNode {
  const { id: userId, displayName: name, groups } = member
  const mayNot = useMay()
  const mine = groups.find(group => group.id === id)
  const isOwner = mine?.membership === 'OWNER'
  const params = { id, userId }
  const whyChange = mayNot('GROUP_MEMBERSHIP:UPDATE')
  const whyRemove = mine?.external === true ? t('fromOutside') : mayNot('GROUP_MEMBERSHIP:DELETE')
  const turn = useTold(
    async () => await api.groups.setMembership({ params, query: { membership: isOwner ? 'MEMBER' : 'OWNER' } }),
    () => t(isOwner ? 'isMemberNow' : 'isOwnerNow', { name }),
    t('notSaved'),
  )
  const remove = useTold(
    async () => await api.groups.removeMember({ params }),
    () => t('memberGone', { name }),
    t('notSaved'),
  )
  return (
    <li>
      <span className={classes['lineText']}>
        <span className={classes['badges']}>
          <Link to={paths.access('users', userId)}>
            <Who kind="user" name={name} />
          </Link>
          {isOwner && <Badge look="accent">{t('owner')}</Badge>}
          {mine?.external === true && <Badge>{t('external')}</Badge>}
        </span>
      </span>
      <ActButton size="compact-sm" why={whyChange} onClick={() => turn.mutate(undefined)}>
        {t(isOwner ? 'makeMember' : 'makeOwner')}
      </ActButton>
      <ActButton size="compact-sm" why={whyRemove} onClick={() => remove.mutate(undefined)}>
        {t('takeOut')}
      </ActButton>
    </li>
  )
}
