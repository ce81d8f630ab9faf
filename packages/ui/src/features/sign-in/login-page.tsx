// Who are you?
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { useLoginConfig } from '../../lib/access/login-config.ts'
import { returnPath, signOut } from '../../lib/access/sign-in.ts'
import { nameOf, useMe } from '../../lib/access/use-me.ts'
import { hrefOf, useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { flagParam, textParam, useSearchState } from '../../lib/search-state.ts'
import { useRouter } from '@tanstack/react-router'
import { Note } from '../../widgets/note.tsx'
import { BarePage } from './bare-page.tsx'
import { t } from './messages.ts'
import classes from './sign-in.module.css'
import { SignInForm } from './sign-in-form.tsx'
import layout from '../../widgets/layout.module.css'
import { useEffect } from 'react'

const PARAMS = { from: textParam, signedOut: flagParam, ended: flagParam, error: textParam, provider: textParam }

export function LoginPage(): ReactNode {
  const [{ from, signedOut, ended, error, provider = '' }] = useSearchState(PARAMS)
  const router = useRouter()
  const go = useGo()
  const target = returnPath(from)
  const isSetupNeeded = useLoginConfig().data?.isSetupNeeded === true
  const me = useMe()
  // Which of the two answers comes first is chance.
  const mustSignIn = !me.isPending && me.data?.isOpen !== true
  useEffect(() => {
    if (isSetupNeeded && mustSignIn) go(paths.setup(), { replace: true })
  }, [isSetupNeeded, mustSignIn, go])
  // Nothing of who was here before stays in memory.
  const enter = (): void => location.replace(hrefOf(router.basepath, target))
  return (
    <BarePage title={t('heading')} lead={location.host}>
      {error !== undefined && <Note kind="warning">{outsideProblem(error, provider)}</Note>}
      {signedOut && <Note>{t('signedOut')}</Note>}
      {ended && <Note>{t('ended')}</Note>}
      {me.data ? (
        <SignedIn name={nameOf(me.data)} isOpen={me.data.isOpen} onGoOn={enter} />
      ) : (
        <SignInForm from={target} onSignedIn={enter} />
      )}
    </BarePage>
  )
}

interface SignedInProps {
  readonly name: string
  readonly isOpen: boolean
  readonly onGoOn: () => void
}

function SignedIn({ name, isOpen, onGoOn }: SignedInProps): ReactNode {
  return (
    <div className={layout['form']}>
      <p className={classes['said']}>{isOpen ? t('open') : t('already', { name })}</p>
      <Button variant="filled" size="md" fullWidth onClick={onGoOn}>
        {t('goOn')}
      </Button>
      {!isOpen && (
        <Button variant="subtle" fullWidth onClick={() => void signOut()}>
          {t('other')}
        </Button>
      )}
    </div>
  )
}

/** What a provider, or the way back from it, said; the server knows these words. */
function outsideProblem(code: string, provider: string): string {
  switch (code) {
    case 'denied':
      return t('outsideDenied')
    case 'not-begun':
      return t('outsideLate')
    case 'not-invited':
      return t('outsideUnknown')
    case 'not-allowed':
      return t('outsideNotAllowed')
    case 'name-taken':
      return t('outsideNameTaken')
    case 'disabled':
      return t('outsideDisabled')
    case 'provider-unreachable':
      return t('outsideUnreachable', { provider: provider || t('provider') })
    default:
      return t('outsideFailed', { code })
  }
}
