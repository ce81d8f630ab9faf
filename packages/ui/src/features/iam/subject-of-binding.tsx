import type { ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { t } from './messages.ts'
import type { Binding } from './use-access.ts'
import { Who } from './who.tsx'

/** Who a binding is about, as a link to them. */
export function SubjectOfBinding({ binding: { group, user } }: { readonly binding: Binding }): ReactNode {
  if (group)
    return (
      <Link to={paths.access('groups', group.id)}>
        <Who kind="group" name={group.name} />
      </Link>
    )
  if (!user) return t('unknown')
  const isAccount = user.type === 'SERVICE_ACCOUNT'
  return (
    <Link to={paths.access(isAccount ? 'service-accounts' : 'users', user.id)}>
      <Who kind={isAccount ? 'account' : 'user'} name={user.displayName} />
    </Link>
  )
}

export function subjectName({ group, user }: Binding): string {
  return group?.name ?? user?.displayName ?? t('unknown')
}
