// What is looked at in a log: in the address of a page that is about the log; in a pane of another page kept by the pane, since the address tells of that page.
import { useCallback, useState } from 'react'
import { flagParam, numberParam, textParam, useSearchState, wordParam } from '../../lib/search-state.ts'
import type { Level } from './use-log.ts'

const PARAMS = {
  level: wordParam(['', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']),
  task: textParam,
  attempt: numberParam,
  q: textParam,
  only: flagParam,
  /** From 1, as it is shown. */
  line: numberParam,
}

export interface ViewerSearch {
  readonly level: '' | Level
  readonly task: string | undefined
  readonly attempt: number | undefined
  readonly q: string | undefined
  readonly only: boolean
  readonly line: number | undefined
}

export type SetViewerSearch = (patch: Partial<ViewerSearch>, options?: { readonly replace?: boolean }) => void

const WHOLE: ViewerSearch = {
  level: '',
  task: undefined,
  attempt: undefined,
  q: undefined,
  only: false,
  line: undefined,
}

export function useViewerSearch(isInPane: boolean): readonly [ViewerSearch, SetViewerSearch] {
  const ofPage = useSearchState(PARAMS)
  const [own, setOwn] = useState(WHOLE)
  const patch = useCallback<SetViewerSearch>(next => setOwn(before => ({ ...before, ...next })), [])
  return isInPane ? [own, patch] : ofPage
}
