// Somebody acts as somebody else: it stands above every page until it ends.
import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { signOut } from '../lib/access/sign-in.ts'
import { nameOf, useMe } from '../lib/access/use-me.ts'
import { Icon } from '../widgets/icon.tsx'
import { showToast } from '../widgets/toast.tsx'
import { t } from './messages.ts'
import classes from './shell.module.css'

export function Impersonation(): ReactNode {
  const me = useMe().data
  const [isBusy, setBusy] = useState(false)
  if (me?.impersonatedBy === undefined) return null
  const stop = async (): Promise<void> => {
    setBusy(true)
    try {
      await signOut()
    } catch (error) {
      setBusy(false)
      showToast({ kind: 'error', text: t('notStopped'), detail: String(error) })
    }
  }
  return (
    <div className={classes['impersonation']} role="status">
      <Icon name="users" />
      <span>{t('actingAs', { name: nameOf(me) })}</span>
      <Button size="compact-sm" loading={isBusy} onClick={() => void stop()}>
        {t('stopActing')}
      </Button>
    </div>
  )
}
