// What somebody sees who may not see what is here: what is missing, and where to go.
import type { ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { Empty } from '../../widgets/empty.tsx'
import { t } from './messages.ts'

export function Refused({ why }: { readonly why: string }): ReactNode {
  return (
    <Empty icon="lock" title={t('refused')} text={why} action={<Link to={paths.myAccess()}>{t('whatMayI')}</Link>} />
  )
}
