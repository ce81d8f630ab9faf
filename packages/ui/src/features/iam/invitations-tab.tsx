import { Button, NativeSelect, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useState, type FormEvent, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { api } from '../../lib/api.ts'
import { flagParam, useSearchState } from '../../lib/search-state.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import type { Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { NamespaceField } from '../namespaces/namespace-field.tsx'
import { AccessList } from './access-list.tsx'
import layout from '../../widgets/layout.module.css'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { ShownOnce } from './shown-once.tsx'
import { useChange, useInvitations, useRoles, useTold, type Invitation } from './use-access.ts'
import { wholeLink } from './user-actions.tsx'
import { GroupChecks } from './user-dialog.tsx'
import { Badge } from './who.tsx'

const PARAMS = { new: flagParam }

export function InvitationsTab(): ReactNode {
  const [{ new: isNew }, setSearch] = useSearchState(PARAMS)
  const [made, setMade] = useState<Invitation | undefined>(undefined)
  const query = useInvitations()
  const mayNot = useMay()
  const remove = useTold(
    async ({ id }: Invitation) => await api.invitations.delete({ params: { id } }),
    ({ email }) => t('invitationGone', { name: email }),
    t('notSaved'),
  )
  const close = (): void => setSearch({ new: false })
  return (
    <>
      <AccessList
        label={t('invitations')}
        query={query}
        columns={columnsOf(mayNot('INVITATION:DELETE'), invitation => remove.mutate(invitation))}
        rowKey={({ id }) => id}
        rowLabel={({ email }) => email}
        card={invitation => <Card invitation={invitation} onTake={() => remove.mutate(invitation)} />}
        creation={{ title: t('invite'), why: mayNot('INVITATION:CREATE'), run: () => setSearch({ new: true }) }}
        nothing={{ icon: 'inbox', title: t('noInvitations'), text: t('noInvitationsText') }}
      />
      {isNew && (
        <InviteDialog
          onClose={close}
          onMade={invitation => {
            close()
            setMade(invitation)
          }}
        />
      )}
      {made?.link !== undefined && (
        <ShownOnce
          title={t('invitationFor', { name: made.email })}
          text={wholeLink(made.link)}
          hint={t('invitationHint')}
          onClose={() => setMade(undefined)}
        />
      )}
    </>
  )
}

const LOOKS = { PENDING: 'warn', ACCEPTED: 'good', EXPIRED: 'bad' } as const

function columnsOf(why: string | undefined, onTake: (invitation: Invitation) => void): readonly Column<Invitation>[] {
  return [
    { id: 'email', title: t('email'), cell: ({ email }) => <span className={classes['strong']}>{email}</span> },
    { id: 'state', title: t('state'), width: '110px', cell: invitation => <State invitation={invitation} /> },
    { id: 'gives', title: t('gives'), isExtra: true, cell: givesOf },
    { id: 'sent', title: t('sent'), width: '130px', cell: ({ sentAt }) => <Timestamp atMs={Date.parse(sentAt)} /> },
    {
      id: 'until',
      title: t('until'),
      width: '130px',
      cell: ({ expiredAt }) => <Timestamp atMs={Date.parse(expiredAt)} isRelative />,
    },
    {
      id: 'take',
      title: '',
      width: '110px',
      align: 'end',
      cell: invitation =>
        invitation.status === 'PENDING' && (
          <ActButton size="compact-sm" why={why} onClick={() => onTake(invitation)}>
            {t('takeBack')}
          </ActButton>
        ),
    },
  ]
}

function State({ invitation: { status } }: { readonly invitation: Invitation }): ReactNode {
  return <Badge look={LOOKS[status]}>{t(status)}</Badge>
}

function givesOf({ roles, groups, superAdmin }: Invitation): string {
  return [
    ...(superAdmin ? [t('superAdmin')] : []),
    ...roles.map(({ name }) => name),
    ...groups.map(({ name }) => name),
  ].join(', ')
}

function Card({ invitation, onTake }: { readonly invitation: Invitation; readonly onTake: () => void }): ReactNode {
  const why = useMay()('INVITATION:DELETE')
  return (
    <span className={classes['card']}>
      <span className={classes['cardLine']}>
        <span className={classes['strong']}>{invitation.email}</span>
        <State invitation={invitation} />
      </span>
      <span className={classes['cardLine']}>
        <span className={classes['muted']}>{givesOf(invitation)}</span>
        {invitation.status === 'PENDING' && (
          <ActButton size="compact-sm" why={why} onClick={onTake}>
            {t('takeBack')}
          </ActButton>
        )}
      </span>
    </span>
  )
}

interface InviteDialogProps {
  readonly onClose: () => void
  readonly onMade: (invitation: Invitation) => void
}

interface Draft {
  readonly email: string
  readonly role: string
  readonly namespace: string
  readonly groups: readonly string[]
}

function InviteDialog({ onClose, onMade }: InviteDialogProps): ReactNode {
  const [draft, setDraft] = useState<Draft>({ email: '', role: '', namespace: '', groups: [] })
  const [isTried, setTried] = useState(false)
  const change = (patch: Partial<Draft>): void => setDraft(before => ({ ...before, ...patch }))
  const roles = useRoles().data?.results ?? []
  const save = useChange(invite, ({ email }) => t('invited', { name: email.trim() }))
  const problem = /^\S+@\S+$/.test(draft.email.trim()) ? undefined : t('needEmail')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (problem === undefined) save.mutate(draft, { onSuccess: onMade })
  }
  return (
    <Dialog
      title={t('invite')}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form="invitation" variant="filled" loading={save.isPending}>
            {t('invite')}
          </Button>
        </>
      }
    >
      <form id="invitation" className={layout['form']} onSubmit={submit} noValidate autoComplete="off">
        {save.error && <ErrorCard title={t('notInvited')} error={save.error} />}
        <TextInput
          label={t('email')}
          type="email"
          required
          data-autofocus="true"
          value={draft.email}
          error={isTried ? problem : undefined}
          onChange={event => change({ email: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('role')}
          value={draft.role}
          onChange={event => change({ role: event.currentTarget.value })}
          data={[{ value: '', label: t('noRole') }, ...roles.map(({ id, name }) => ({ value: id, label: name }))]}
        />
        {draft.role !== '' && (
          <NamespaceField
            label={t('namespaceOrAll')}
            isRequired={false}
            value={draft.namespace}
            onChange={namespace => change({ namespace })}
          />
        )}
        <GroupChecks chosen={draft.groups} onChange={groups => change({ groups })} />
      </form>
    </Dialog>
  )
}

async function invite({ email, role, namespace, groups }: Draft): Promise<Invitation> {
  const place = namespace.trim() === '' ? {} : { namespaces: [namespace.trim()] }
  return await api.invitations.create({
    body: { email: email.trim(), roles: role === '' ? [] : [{ id: role, ...place }], groups: [...groups] },
  })
}
