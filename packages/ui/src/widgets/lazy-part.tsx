// A part of a page whose program is fetched when it is wanted. What React's `lazy` waits for it shows 300 ms after its fallback at the earliest; a part
// stands there as soon as its program does.
import { useEffect, useState, type ComponentType, type ReactNode } from 'react'

export type LazyPart<Props> = ComponentType<Props> & {
  /** Fetches the program before the part is wanted. What fails is told where the part is shown, which tries again. */
  prepare(): void
}

export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  waiting: ReactNode,
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
    const [failure, setFailure] = useState<{ readonly error: unknown }>()
    const isWanted = Known === undefined
    useEffect(() => {
      if (!isWanted) return undefined
      let isOver = false
      fetch().then(
        found => isOver || setKnown(() => found),
        (error: unknown) => isOver || setFailure({ error }),
      )
      return () => {
        isOver = true
      }
    }, [isWanted])
    if (failure) throw failure.error
    return Known ? <Known {...props} /> : waiting
  }
  return Object.assign(Part, { prepare: () => void fetch().catch(() => undefined) })
}
