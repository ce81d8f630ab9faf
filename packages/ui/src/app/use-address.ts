import { useRouterState } from '@tanstack/react-router'
import { usePath } from '../lib/link.tsx'
import { withQuery } from '../lib/paths.ts'

/** Path and query of the page, as links of the page write them. */
export function useAddress(): string {
  const path = usePath()
  const text = useRouterState({ select: state => state.location.searchStr })
  return withQuery(path, [...new URLSearchParams(text)])
}
