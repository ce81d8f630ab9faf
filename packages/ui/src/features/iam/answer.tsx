import type { ReactNode } from 'react'
import type { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { cx } from '../../widgets/class-names.ts'
import { Icon } from '../../widgets/icon.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { Badge } from './who.tsx'

export type Explained = Awaited<ReturnType<typeof api.access.explain>>
type Reason = Explained['reasons'][number]

/** Yes or no, and the way that each reason takes: group → role → namespace. */
export function Answer({ explained, name }: { readonly explained: Explained; readonly name: string }): ReactNode {
  const { isAllowed, reasons, resource, action, namespace } = explained
  const wish = `${resource}:${action}`
  const where = namespace === undefined ? '' : ` ${t('inNamespace', { namespace })}`
  return (
    <div className={cx(classes['answer'], isAllowed ? classes['answerYes'] : classes['answerNo'])} role="status">
      <Icon name={isAllowed ? 'check' : 'close'} size={20} />
      <div>
        <p className={classes['verdict']}>{t(isAllowed ? 'verdictYes' : 'verdictNo', { name, wish, where })}</p>
        {reasons.length === 0 && <p>{t('noReason', { wish })}</p>}
        <ul className={classes['reasons']}>
          {reasons.map((reason, index) => (
            <li key={reason.bindingId ?? index}>
              <Way reason={reason} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

function Way({ reason }: { readonly reason: Reason }): ReactNode {
  const { type, roleId, roleName, groupId, groupName, namespace } = reason
  switch (type) {
    case 'open':
      return t('reasonOpen')
    case 'super-admin':
      return t('reasonSuperAdmin')
    case 'disabled':
      return t('reasonDisabled')
    case 'token':
      return t('reasonToken')
    default:
      return (
        <>
          <Badge look={type === 'deny' ? 'bad' : 'good'}>{t(type === 'deny' ? 'denies' : 'allows')}</Badge>
          {groupId !== undefined && (
            <>
              <span>{t('group')}</span>
              <Link to={paths.access('groups', groupId)}>{groupName ?? groupId}</Link>
              <Icon name="right" size={14} />
            </>
          )}
          <span>{t('role')}</span>
          {roleId !== undefined && <Link to={paths.access('roles', roleId)}>{roleName ?? roleId}</Link>}
          <Icon name="right" size={14} />
          <span>{namespace === undefined ? t('everywhere') : t('inNamespace', { namespace })}</span>
        </>
      )
  }
}
