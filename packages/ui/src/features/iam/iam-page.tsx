// Who is here, what may they do, and who gave it to them?
import { useParams } from '@tanstack/react-router'
import { lazy, Suspense, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { useMe } from '../../lib/access/use-me.ts'
import { paths } from '../../lib/paths.ts'
import { Note } from '../../widgets/note.tsx'
import { Link } from '../../lib/link.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Tabs } from '../../widgets/tabs.tsx'
import { Refused } from './refused.tsx'
import { t } from './messages.ts'
import { t as signIn } from './sign-in-messages.ts'

// Each part is fetched when it is opened.
const UsersTab = lazy(async () => ({ default: (await import('./users-tab.tsx')).UsersTab }))
const UserView = lazy(async () => ({ default: (await import('./user-view.tsx')).UserView }))
const AccountsTab = lazy(async () => ({ default: (await import('./accounts-tab.tsx')).AccountsTab }))
const AccountView = lazy(async () => ({ default: (await import('./account-view.tsx')).AccountView }))
const GroupsTab = lazy(async () => ({ default: (await import('./groups-tab.tsx')).GroupsTab }))
const GroupView = lazy(async () => ({ default: (await import('./group-view.tsx')).GroupView }))
const RolesTab = lazy(async () => ({ default: (await import('./roles-tab.tsx')).RolesTab }))
const RoleView = lazy(async () => ({ default: (await import('./role-view.tsx')).RoleView }))
const BindingsTab = lazy(async () => ({ default: (await import('./bindings-tab.tsx')).BindingsTab }))
const InvitationsTab = lazy(async () => ({ default: (await import('./invitations-tab.tsx')).InvitationsTab }))
const TokensTab = lazy(async () => ({ default: (await import('./tokens-tab.tsx')).TokensTab }))
const SessionsTab = lazy(async () => ({ default: (await import('./sessions-tab.tsx')).SessionsTab }))
const SignInTab = lazy(async () => ({ default: (await import('./sign-in-tab.tsx')).SignInTab }))
const ExplainTab = lazy(async () => ({ default: (await import('./explain-tab.tsx')).ExplainTab }))

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
      {why === undefined ? (
        <Suspense fallback={<SkeletonRows rows={6} />}>
          {id !== undefined && 'one' in part ? part.one(id) : part.list()}
        </Suspense>
      ) : (
        <Refused why={why} />
      )}
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
