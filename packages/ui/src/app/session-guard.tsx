// What happens when the server says that it does not know who asks: who comes is led to the page of sign-in and back; whose session has ended signs
// in over the page, which keeps what was typed.
import { useEffect, type ReactNode } from 'react'
import { findMe } from '../lib/access/use-me.ts'
import { useSignedOut } from '../lib/access/signed-out.ts'
import { useGo } from '../lib/link.tsx'
import { paths } from '../lib/paths.ts'
import { lazyMenu } from '../widgets/lazy-part.tsx'
import { useAddress } from './use-address.ts'

const SignInDialog = lazyMenu(async () => (await import('../features/sign-in/sign-in-dialog.tsx')).SignInDialog)

export function SessionGuard(): ReactNode {
  const isOut = useSignedOut()
  const here = useAddress()
  const go = useGo()
  const me = isOut ? findMe() : undefined
  const isStranger = isOut && me === undefined
  useEffect(() => {
    if (isStranger) go(paths.login(here), { replace: true })
  }, [isStranger, here, go])
  if (me === undefined) return null
  return <SignInDialog me={me} from={here} />
}
