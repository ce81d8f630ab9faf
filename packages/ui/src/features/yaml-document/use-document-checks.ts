// What the server says to a document while it is written: a suite of tests, an app.
import type { ViolationDocument } from '@batuta/api'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { problemOf, readDiagnostic, useSettled, type Problem } from '../editor/use-checks.ts'

const REST_MS = 250

export interface DocumentChecks {
  readonly problems: readonly Problem[]
  readonly errors: number
  /** The server has judged this very text. */
  readonly isJudged: boolean
}

/** `kind` tells the documents of one kind from those of another. */
export function useDocumentChecks(
  kind: string,
  text: string,
  judge: (text: string, signal: AbortSignal) => Promise<ViolationDocument>,
): DocumentChecks {
  const settled = useSettled(text, REST_MS)
  const { data } = useQuery({
    queryKey: ['documents', 'validate', kind, settled],
    queryFn: async ({ signal }) => ({ text: settled, report: await judge(settled, signal) }),
    enabled: settled.trim() !== '',
    staleTime: 0,
    gcTime: 0,
  })
  const isJudged = data?.text === text
  const problems = useMemo(
    () => (data?.report.diagnostics ?? []).flatMap(readDiagnostic).map(found => problemOf(found, data?.text ?? '')),
    [data],
  )
  const shown = isJudged ? problems : NONE
  return { problems: shown, errors: shown.filter(({ severity }) => severity === 'error').length, isJudged }
}

const NONE: readonly Problem[] = []
