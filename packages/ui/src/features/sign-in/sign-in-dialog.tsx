// The session has ended while a page was open: whoever was here signs in over it, and the page goes on with all that was typed.
import { useEffect, type ReactNode } from 'react'
import { tellSignedIn } from '../../lib/access/signed-out.ts'
import { ME, type Me } from '../../lib/access/use-me.ts'
import { api } from '../../lib/api.ts'
import { queryClient } from '../../lib/query.ts'
import { Dialog } from '../../widgets/dialog.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { t } from './messages.ts'
import { SignInForm } from './sign-in-form.tsx'
import classes from './sign-in.module.css'

export interface SignInDialogProps {
  /** Who was here. */
  readonly me: Me
  readonly from: string
}

export function SignInDialog({ me, from }: SignInDialogProps): ReactNode {
  useEffect(() => {
    // Somebody may have signed in in another tab.
    const look = (): void => {
      if (document.visibilityState === 'visible') void goOn(me).catch(() => undefined)
    }
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [me])
  return (
    <Dialog title={t('endedTitle')} size="small" onClose={() => showToast({ text: t('ended') })}>
      <div className={classes['over']}>
        <p className={classes['lead']}>{t('endedText')}</p>
        <SignInForm username={me.profile.username} from={from} isOver onSignedIn={() => void goOn(me)} />
      </div>
    </Dialog>
  )
}

/** Somebody else sees nothing of what this page holds. */
async function goOn(before: Me): Promise<void> {
  const now = await api.me.get()
  if (now.id !== before.id) {
    location.reload()
    return
  }
  tellSignedIn()
  queryClient.setQueryData(ME, now)
  await queryClient.invalidateQueries()
}
