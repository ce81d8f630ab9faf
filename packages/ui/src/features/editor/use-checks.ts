// What is wrong with the text: at once from the worker, a little later from the server, which has the last word about whether it would be accepted.
import { useQuery } from '@tanstack/react-query'
import type { Diagnostic } from '@batuta/core'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { api } from '../../lib/api.ts'
import { nowMs } from '../../platform/clock.ts'
import type { CodeProblem } from './code/code-editor.tsx'
import { askLanguage } from './language/language-client.ts'
import { newestOnly } from './language/newest-only.ts'
import { quickFix } from './language/quick-fix.ts'

export interface Problem extends CodeProblem {
  readonly line: number
}

const LOCAL_MS = 20
/** Of a long text, while a hand writes on: to judge it takes as much of the machine as several keys. */
const TYPING_MS = 60
const BURST_MS = 200
const LONG = 20_000
const SERVER_MS = 250
/** Always the same: a text without a mistake gives the editor nothing new to mark after each key. */
const NO_PROBLEMS: readonly Problem[] = []

/** One text at a time: what completion asks meanwhile waits for one at most. */
const check = newestOnly((source: string) => askLanguage({ type: 'check', source }))

export interface Checks {
  readonly problems: readonly Problem[]
  readonly errors: number
  /** The server has judged this very text. */
  readonly isJudged: boolean
  /** Why the server did not judge it. */
  readonly failure?: Error | undefined
  /** What expressions may name. */
  readonly names: unknown
}

interface Found {
  readonly text: string
  readonly diagnostics: readonly Diagnostic[]
}

/** `judge` is told what is written as it is written: the page follows a long text later than its mistakes are wanted. */
export function useChecks(text: string): { readonly checks: Checks; readonly judge: (text: string) => void } {
  const [local, setLocal] = useState<Found>({ text: '', diagnostics: [] })
  const names = useRef<unknown>(undefined)
  // The text that the page begins with waits as well: while it opens there is more urgent work, and what was saved was judged then.
  const settled = useSettled(text, SERVER_MS, '')
  const newest = useRef('')
  const writtenMs = useRef(0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const judge = useCallback((source: string) => {
    if (newest.current === source) return
    newest.current = source
    const isBurst = nowMs() - writtenMs.current < BURST_MS
    writtenMs.current = nowMs()
    clearTimeout(timer.current)
    timer.current = setTimeout(
      () => {
        void check(source).then(checked => {
          if (newest.current !== source || !checked) return
          if (checked.names !== undefined) names.current = checked.names
          const { diagnostics } = checked
          setLocal(before =>
            isNothing(before.diagnostics) && isNothing(diagnostics) ? before : { text: source, diagnostics },
          )
        })
      },
      isBurst && source.length > LONG ? TYPING_MS : LOCAL_MS,
    )
  }, [])
  const [first] = useState(text)
  useEffect(() => judge(first), [first, judge])
  useEffect(
    () => () => {
      newest.current = ''
      clearTimeout(timer.current)
    },
    [],
  )
  const { data: judged, error } = useQuery({
    queryKey: ['flows', 'validate', settled],
    queryFn: async ({ signal }): Promise<Found> => {
      const [violation] = await api.flows.validate({ body: settled, signal })
      return { text: settled, diagnostics: (violation?.diagnostics ?? []).flatMap(readDiagnostic) }
    },
    enabled: settled.trim() !== '',
    staleTime: 0,
    gcTime: 0,
  })
  const isJudged = judged?.text === text
  // What was typed since is judged here before the page follows it.
  const isNewer = local.text !== text && !isNothing(local.diagnostics)
  const found = isJudged && !isNewer ? judged : local
  const problems = useMemo(
    () => (isNothing(found.diagnostics) ? NO_PROBLEMS : found.diagnostics.map(each => problemOf(each, found.text))),
    [found],
  )
  // A getter, so that completion always sees the newest.
  const checks = {
    problems,
    errors: problems.filter(({ severity }) => severity === 'error').length,
    isJudged,
    failure: error ?? undefined,
    get names() {
      return names.current
    },
  }
  return { checks, judge }
}

function isNothing(found: readonly Diagnostic[]): boolean {
  return found.length === 0
}

export function readDiagnostic(found: {
  readonly severity: string
  readonly code: string
  readonly message: string
  readonly path: string
  readonly line?: number
  readonly column?: number
}): readonly Diagnostic[] {
  const severity =
    (['error', 'warning', 'info', 'deprecation'] as const).find(word => word === found.severity) ?? 'info'
  return [{ ...found, severity }]
}

export function problemOf({ severity, message, line = 1, column = 1 }: Diagnostic, text: string): Problem {
  const from = offsetOf(text, line, column)
  const length = /^[^\s,}\]"']+/.exec(text.slice(from))?.[0].length ?? 1
  return {
    from,
    to: Math.min(text.length, from + Math.max(1, length)),
    severity: severity === 'deprecation' ? 'info' : severity,
    message,
    line,
    fix: quickFix({ message }, text, from),
  }
}

export function offsetOf(text: string, line: number, column: number): number {
  let at = 0
  for (let number = 1; number < line; number++) {
    const next = text.indexOf('\n', at)
    if (next < 0) return text.length
    at = next + 1
  }
  return Math.min(text.length, at + column - 1)
}

/** A value once it has rested. */
export function useSettled<Value>(value: Value, restMs: number, first: Value = value): Value {
  const [settled, setSettled] = useState(first)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), restMs)
    return () => clearTimeout(timer)
  }, [value, restMs])
  return settled
}
