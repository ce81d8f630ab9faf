// What is done to a user as a whole.
import type { UseMutationResult } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useActions } from '../../lib/actions.ts'
import { useMay } from '../../lib/access/use-may.ts'
import { useMe } from '../../lib/access/use-me.ts'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { showToast } from '../../widgets/toast.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Menu, type MenuItem } from '../../widgets/menu.tsx'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import { t } from './messages.ts'
import { ShownOnce } from './shown-once.tsx'
import { useTold, type User } from './use-access.ts'

export function UserActions({ user }: { readonly user: User }): ReactNode {
  const [isDoomed, setDoomed] = useState(false)
  const [link, setLink] = useState<string | undefined>(undefined)
  const { displayName: name } = user
  const { items, doom, remove } = useUserMenu(user, { onLink: setLink, onDoom: () => setDoomed(true) })
  const go = useGo()
  useActions(
    [...items, doom].map(item => ({
      id: `user.${item.id}`,
      title: `${item.title}: ${name}`,
      section: t('users'),
      why: item.why,
      run: () => item.run?.(),
    })),
  )
  return (
    <>
      <Menu label={t('more')} align="end" button={<Icon name="more" />} groups={[{ items }, { items: [doom] }]} />
      {isDoomed && (
        <TypedConfirm
          title={t('deleteTitle', { name })}
          word={user.username}
          action={t('delete')}
          onClose={() => setDoomed(false)}
          onConfirm={() => remove.mutate(undefined, { onSuccess: () => go(paths.access('users')) })}
        >
          <p>{t('deleteUserText')}</p>
        </TypedConfirm>
      )}
      {link !== undefined && (
        <ShownOnce
          title={t('resetLink')}
          text={link}
          hint={t('resetHint', { name })}
          onClose={() => setLink(undefined)}
        />
      )}
    </>
  )
}

interface UserMenu {
  readonly items: readonly MenuItem[]
  readonly doom: MenuItem
  readonly remove: UseMutationResult<void, Error, unknown>
}

interface MenuEars {
  readonly onLink: (link: string) => void
  readonly onDoom: () => void
}

function useUserMenu(user: User, { onLink, onDoom }: MenuEars): UserMenu {
  const { id, displayName: name, disabled, locked } = user
  const mayNot = useMay()
  const me = useMe().data
  const self = me?.id === id ? t('notYourself') : undefined
  const update = mayNot('USER:UPDATE')
  const params = { id }
  const disable = useTold(
    async () => await api.users.setDisabled({ params, body: { disabled: !disabled } }),
    () => t(disabled ? 'enabled' : 'disabledNow', { name }),
    t('notSaved'),
  )
  const unlock = useTold(
    async () => await api.users.unlock({ params }),
    () => t('unlocked', { name }),
    t('notSaved'),
  )
  const remove = useTold(
    async () => await api.users.delete({ params }),
    () => t('deleted', { name }),
    t('notDeleted', { name }),
  )
  const reset = async (): Promise<void> => {
    try {
      onLink(wholeLink((await api.users.resetPassword({ params })).link))
    } catch (error) {
      showToast({ kind: 'error', text: t('notSaved'), detail: String(error) })
    }
  }
  const items: readonly MenuItem[] = [
    {
      id: 'impersonate',
      title: t('impersonate'),
      icon: 'users',
      why: self ?? mayNot('IMPERSONATE:CREATE'),
      run: () => void impersonate(id),
    },
    { id: 'reset', title: t('resetLink'), icon: 'link', why: update, run: () => void reset() },
    ...(locked === true
      ? [{ id: 'unlock', title: t('unlock'), icon: 'lock' as const, why: update, run: () => unlock.mutate(undefined) }]
      : []),
    {
      id: 'disable',
      title: t(disabled ? 'enable' : 'disable'),
      icon: disabled ? 'check' : 'pause',
      why: self ?? update,
      run: () => disable.mutate(undefined),
    },
  ]
  const doom: MenuItem = {
    id: 'delete',
    title: t('delete'),
    icon: 'trash',
    isDangerous: true,
    why: self ?? mayNot('USER:DELETE'),
    run: onDoom,
  }
  return { items, doom, remove }
}

/** From now on this browser is somebody else, until that session ends. */
async function impersonate(id: string): Promise<void> {
  try {
    await api.users.impersonate({ params: { id } })
    location.assign('/ui/')
  } catch (error) {
    showToast({ kind: 'error', text: t('notImpersonated'), detail: String(error) })
  }
}

/** The server may say the path alone. */
export function wholeLink(link: string): string {
  return new URL(link, location.origin).href
}
