// Who is here, what may they do, and who gave it to them?
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { useMe } from '../../lib/access/use-me.ts'
import { paths } from '../../lib/paths.ts'
import { Note } from '../../widgets/note.tsx'
import { Link } from '../../lib/link.tsx'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Tabs } from '../../widgets/tabs.tsx'
import { Refused } from './refused.tsx'
import { t } from './messages.ts'
import { t as signIn } from './sign-in-messages.ts'

const rows = <SkeletonRows rows={6} />
// Each part is fetched when it is opened.
const UsersTab = lazyPart(async () => (await import('./users-tab.tsx')).UsersTab, rows)
const UserView = lazyPart(async () => (await import('./user-view.tsx')).UserView, rows)
const AccountsTab = lazyPart(async () => (await import('./accounts-tab.tsx')).AccountsTab, rows)
const AccountView = lazyPart(async () => (await import('./account-view.tsx')).AccountView, rows)
const GroupsTab = lazyPart(async () => (await import('./groups-tab.tsx')).GroupsTab, rows)
const GroupView = lazyPart(async () => (await import('./group-view.tsx')).GroupView, rows)
const RolesTab = lazyPart(async () => (await import('./roles-tab.tsx')).RolesTab, rows)
const RoleView = lazyPart(async () => (await import('./role-view.tsx')).RoleView, rows)
const BindingsTab = lazyPart(async () => (await import('./bindings-tab.tsx')).BindingsTab, rows)
const InvitationsTab = lazyPart(async () => (await import('./invitations-tab.tsx')).InvitationsTab, rows)
const TokensTab = lazyPart(async () => (await import('./tokens-tab.tsx')).TokensTab, rows)
const SessionsTab = lazyPart(async () => (await import('./sessions-tab.tsx')).SessionsTab, rows)
const SignInTab = lazyPart(async () => (await import('./sign-in-tab.tsx')).SignInTab, rows)
const ExplainTab = lazyPart(async () => (await import('./explain-tab.tsx')).ExplainTab, rows)

const TABS = {
  users: {
    title: t('users'),
    needs: 'USER',
    list: (): ReactNode => <UsersTab />,
    one: (id: string): ReactNode => <UserView id={id} />,
  },
  'service-accounts': {
    title: t('accounts'),
    needs: 'SERVICE_ACCOUNT',
    list: (): ReactNode => <AccountsTab />,
    one: (id: string): ReactNode => <AccountView id={id} />,
  },
  groups: {
    title: t('groups'),
    needs: 'GROUP',
    list: (): ReactNode => <GroupsTab />,
    one: (id: string): ReactNode => <GroupView id={id} />,
  },
  roles: {
    title: t('roles'),
    needs: 'ROLE',
    list: (): ReactNode => <RolesTab />,
    one: (id: string): ReactNode => <RoleView key={id} id={id} />,
  },
  bindings: { title: t('bindings'), needs: 'BINDING', list: (): ReactNode => <BindingsTab /> },
  invitations: { title: t('invitations'), needs: 'INVITATION', list: (): ReactNode => <InvitationsTab /> },
  tokens: { title: t('tokens'), needs: 'TOKEN', list: (): ReactNode => <TokensTab /> },
  sessions: { title: t('sessions'), needs: 'USER', list: (): ReactNode => <SessionsTab /> },
  'sign-in': { title: signIn('title'), needs: 'INSTANCE', list: (): ReactNode => <SignInTab /> },
  explain: { title: t('explain'), needs: 'BINDING', list: (): ReactNode => <ExplainTab /> },
} as const

type TabId = keyof typeof TABS

export function IamPage(): ReactNode {
  const params: { readonly tab?: string; readonly id?: string } = useParams({ strict: false })
  const { tab = 'users', id } = params
  const active = isTab(tab) ? tab : 'users'
  const mayNot = useMay()
  const why = mayNot(`${TABS[active].needs}:READ`)
  const part = TABS[active]
  const tabs = Object.entries(TABS).map(([name, { title }]) => ({ id: name, title, to: paths.access(name) }))
  return (
    <Page
      title={t('title')}
      isFull={id === undefined && active !== 'sign-in'}
      tabs={<Tabs label={t('tabs')} active={active} tabs={tabs} />}
    >
      <OpenNote />
      {why !== undefined && <Refused why={why} />}
      {why === undefined && (id !== undefined && 'one' in part ? part.one(id) : part.list())}
    </Page>
  )
}

/** On a server that is open to all what is set here does not count yet. */
function OpenNote(): ReactNode {
  if (useMe().data?.isOpen !== true) return null
  return (
    <Note kind="warning">
      {t('open')} <Link to={paths.setup()}>{t('secure')}</Link>
    </Note>
  )
}

function isTab(name: string): name is TabId {
  return Object.hasOwn(TABS, name)
}
