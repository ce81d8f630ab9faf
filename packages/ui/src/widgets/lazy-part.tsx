// A part of a page whose program is fetched when it is wanted. What React's `lazy` waits for it shows 300 ms after its fallback at the earliest, and what did
// not come once never comes; a part stands there as soon as its program does, and when it does not come says so in its own place and is asked for again.
import { useEffect, useEffectEvent, useState, type ComponentType, type ReactNode } from 'react'
import { ErrorCard, messageOf } from './error-card.tsx'
import { t } from './messages.ts'
import { showToast } from './toast.tsx'

export type LazyPart<Props> = ComponentType<Props> & {
  /** Fetches the program before the part is wanted. What fails is told where the part is shown, which tries again. */
  prepare(): void
}

type Load<Props> = () => Promise<ComponentType<Props>>

/** `frame` is what stands around the part while it is waited for, where it brings a page of its own. */
export function lazyPart<Props extends object>(
  load: Load<Props>,
  waiting: ReactNode,
  frame: (props: Props, content: ReactNode) => ReactNode = (_, content) => content,
): LazyPart<Props> {
  return partOf(load, (props, { failure, retry }) =>
    frame(props, failure === undefined ? waiting : <ErrorCard error={failure} onRetry={retry} />),
  )
}

/** A part that has no place of its own: that it does not come is told by a toast, and it counts as closed. */
export function lazyDialog<Props extends { readonly onClose: () => void }>(load: Load<Props>): LazyPart<Props> {
  return partOf(
    load,
    ({ onClose }, { failure }) => failure !== undefined && <Told failure={failure} onTold={onClose} />,
  )
}

/** A part in whose place there is no room for a failure, such as a menu: it is told by a toast, from which the part is asked for again. */
export function lazyMenu<Props extends object>(load: Load<Props>, waiting?: ReactNode): LazyPart<Props> {
  return partOf(load, (_, { failure, retry }) => (
    <>
      {waiting}
      {failure !== undefined && <Told failure={failure} onRetry={retry} />}
    </>
  ))
}

interface ToldProps {
  readonly failure: string
  readonly onTold?: () => void
  readonly onRetry?: () => void
}

/** Once for each failure. */
function Told({ failure, onTold, onRetry }: ToldProps): ReactNode {
  const tell = useEffectEvent(() => {
    tellPartFailed(failure, onRetry)
    onTold?.()
  })
  useEffect(() => tell(), [failure])
  return null
}

export function tellPartFailed(failure: string, retry?: () => void): void {
  const action = retry && { title: t('tryAgain'), run: retry }
  showToast({ kind: 'error', text: t('notLoaded'), detail: failure, ...(action ? { action } : {}) })
}

/** Why the program of a part did not come, and the way out. */
export function partFailure(error: unknown): string {
  return t('partFailed', { cause: messageOf(error) })
}

interface Missing {
  readonly failure: string | undefined
  retry(): void
}

function partOf<Props extends object>(
  load: Load<Props>,
  otherwise: (props: Props, missing: Missing) => ReactNode,
): LazyPart<Props> {
  let known: ComponentType<Props> | undefined
  let underWay: Promise<ComponentType<Props>> | undefined
  const fetch = async (): Promise<ComponentType<Props>> => {
    underWay ??= load()
    try {
      known = await underWay
      return known
    } catch (error) {
      underWay = undefined
      throw error
    }
  }
  const Part = (props: Props): ReactNode => {
    const [Known, setKnown] = useState(() => known)
    const [failure, setFailure] = useState<string>()
    const isWanted = Known === undefined && failure === undefined
    useEffect(() => {
      if (!isWanted) return undefined
      let isOver = false
      fetch().then(
        found => isOver || setKnown(() => found),
        (error: unknown) => isOver || setFailure(partFailure(error)),
      )
      return () => {
        isOver = true
      }
    }, [isWanted])
    if (Known) return <Known {...props} />
    return otherwise(props, { failure, retry: () => setFailure(undefined) })
  }
  return Object.assign(Part, { prepare: () => void fetch().catch(() => undefined) })
}
