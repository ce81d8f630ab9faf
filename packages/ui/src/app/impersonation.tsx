// Somebody acts as somebody else: it stands above every page until it ends.
import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { signOut } from '../lib/access/sign-in.ts'
import { nameOf, type Me } from '../lib/access/use-me.ts'
import { Icon } from '../widgets/icon.tsx'
import { showToast } from '../widgets/toast.tsx'
import { defineMessages, type Translate } from '../lib/messages.ts'
import classes from './shell.module.css'

export function Impersonation({ me }: { readonly me: Me }): ReactNode {
  const [isBusy, setBusy] = useState(false)
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

const english = {
  actingAs: 'You act as {name}. What you do is recorded with your own name beside it.',
  stopActing: 'End it',
  notStopped: 'That did not end.',
} as const

const t: Translate<typeof english> = defineMessages('impersonation', english)
