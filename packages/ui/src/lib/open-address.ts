import { usePath } from './link.tsx'
import { withQuery } from './paths.ts'
import { usePairs } from './search-state.ts'

/** The address of this page with one thing of it opened: `?open=…`. */
export function useOpenAddress(): (id: string) => string {
  const [pairs] = usePairs()
  const path = usePath()
  return id => withQuery(path, [...pairs.filter(([name]) => name !== 'open' && name !== 'new'), ['open', id]])
}
