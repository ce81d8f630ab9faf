// Who is signed in, and what belongs to them.
import { useState, type ReactNode } from 'react'
import { nameOf, useMe, type Me } from '../lib/access/use-me.ts'
import { defineMessages, type Translate } from '../lib/messages.ts'
import { paths } from '../lib/paths.ts'
import { countDrafts } from '../platform/draft-store.ts'
import { Icon } from '../widgets/icon.tsx'
import { lazyDialog } from '../widgets/lazy-part.tsx'
import { Menu, type MenuGroup } from '../widgets/menu.tsx'
import { showToast } from '../widgets/toast.tsx'
import { t as app } from './messages.ts'
import classes from './top-bar.module.css'

const LeaveDialog = lazyDialog(async () => (await import('../features/sign-in/leave-dialog.tsx')).LeaveDialog)

export function AccountMenu(): ReactNode {
  const { data: me } = useMe()
  const [unsaved, setUnsaved] = useState(0)
  const out = (): void => {
    const drafts = countDrafts()
    if (drafts === 0) void leave()
    else setUnsaved(drafts)
  }
  const initials = me === undefined || me.isOpen ? undefined : initialsOf(nameOf(me))
  return (
    <>
      <Menu
        label={me === undefined || initials === undefined ? t('account') : t('accountOf', { name: nameOf(me) })}
        align="end"
        className={classes['account']}
        button={
          initials === undefined ? (
            <Icon name="user" size={18} />
          ) : (
            // Drawn and not written: the name of the button says whose account it is.
            <span className={classes['avatar']} data-initials={initials} />
          )
        }
        groups={groupsOf(me, out)}
      />
      {unsaved > 0 && <LeaveDialog drafts={unsaved} onLeave={() => void leave()} onClose={() => setUnsaved(0)} />}
    </>
  )
}

function groupsOf(me: Me | undefined, out: () => void): readonly MenuGroup[] {
  const preferences = {
    id: 'preferences',
    title: app('preferences'),
    icon: 'settings',
    to: paths.preferences(),
  } as const
  if (me === undefined || me.isOpen)
    return [
      {
        title: t('openServer'),
        items: [{ id: 'secure', title: t('secure'), icon: 'lock', to: paths.setup() }, preferences],
      },
    ]
  return [
    {
      title: titleOf(me),
      items: [
        { id: 'may', title: t('mayDo'), icon: 'shield', to: paths.myAccess() },
        { id: 'tokens', title: t('tokens'), icon: 'key', to: `${paths.preferences()}?show=tokens` },
        { id: 'sessions', title: t('sessions'), icon: 'clock', to: `${paths.preferences()}?show=sessions` },
        preferences,
      ],
    },
    { items: [{ id: 'out', title: t('signOut'), icon: 'exit', run: out }] },
  ]
}

/** The name, and how one signs in where that says more. */
function titleOf(me: Me): string {
  const name = nameOf(me)
  return name === me.profile.username ? name : `${name} · ${me.profile.username}`
}

async function leave(): Promise<void> {
  try {
    // Seldom done, and not needed before.
    await (await import('../lib/access/sign-in.ts')).signOut()
  } catch (error) {
    showToast({ kind: 'error', text: t('notSignedOut'), detail: String(error) })
  }
}

/** `AL` of Ada Lovelace, `A` of ada@example.com. */
function initialsOf(name: string): string {
  const words = name
    .replace(/@.*/, '')
    .split(/[\s._-]+/)
    .filter(Boolean)
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map(word => word?.charAt(0).toUpperCase() ?? '')
    .join('')
}

const english = {
  account: 'Account',
  accountOf: 'Account of {name}',
  openServer: 'Nobody has to sign in to this server',
  secure: 'Create the first account',
  mayDo: 'What may I do?',
  tokens: 'Tokens',
  sessions: 'Sessions',
  signOut: 'Sign out',
  notSignedOut: 'Signing out did not work.',
} as const

const t: Translate<typeof english> = defineMessages('account-menu', english)
