// The lines between the bars and the critical path are a program of their own: it is fetched when somebody looks at a row for the first time, by pointer, by
// keys or by choice.
import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react'
import type { EdgeLayer, EdgeLook, Edges, findPath, readEdges, Way } from './gantt-edges.tsx'
import { orderOf, type GanttRow, type TreeSource } from './gantt-tree.ts'
import type { EdgeSource } from './run-edges.ts'
import { factsOf } from './run-facts.ts'

interface Program {
  readonly EdgeLayer: typeof EdgeLayer
  readonly readEdges: typeof readEdges
  readonly findPath: typeof findPath
}

export interface UsedEdges {
  /** Absent until it is wanted and there, as the edges are. */
  readonly program: Program | undefined
  readonly edges: Edges | undefined
  readonly hasFailed: boolean
  /** Fetches the program, where it is not there yet. */
  want(): void
}

let known: Program | undefined

export function useEdges(tree: TreeSource, rows: readonly GanttRow[], declared: EdgeSource['declared']): UsedEdges {
  const [program, setProgram] = useState(() => known)
  const [hasFailed, setFailed] = useState(false)
  const isAsked = useRef(false)
  const want = useCallback((): void => {
    if (isAsked.current) return
    isAsked.current = true
    setFailed(false)
    import('./gantt-edges.tsx').then(
      found => {
        known = found
        setProgram(found)
      },
      () => {
        // The next look at a row asks again.
        isAsked.current = false
        setFailed(true)
      },
    )
  }, [])
  const edges = useMemo(
    () => program?.readEdges({ tree, declared, factsOf: run => factsOf(run, tree.toggled) }, rows),
    [program, tree, declared, rows],
  )
  return { program, edges, hasFailed, want }
}

export interface LookWish {
  readonly rows: readonly GanttRow[]
  readonly active: number
  readonly hasFocus: boolean
  readonly selected: string | undefined
  readonly used: UsedEdges
}

/** Of the row under the pointer, else of the one at which the keys are, else of the one that is chosen. */
export function useLook({ rows, active, hasFocus, selected, used: { edges, want } }: LookWish): {
  readonly look: EdgeLook | undefined
  setPointed(row: GanttRow | undefined): void
} {
  const [pointed, setPointed] = useState<string>()
  // Whoever goes on by keys means no longer what lies under a pointer that rests.
  useEffect(() => setPointed(undefined), [active])
  const shown = pointed ?? (hasFocus ? endsOf(rows[active]) : undefined) ?? selected
  useEffect(() => {
    if (shown !== undefined) want()
  }, [shown, want])
  const look = useMemo(() => (shown === undefined ? undefined : edges?.lookAt(shown)), [edges, shown])
  return { look, setPointed: row => setPointed(endsOf(row)) }
}

export interface JumpWish extends Omit<LookWish, 'hasFocus'> {
  readonly scroller: RefObject<HTMLElement | null>
  go(index: number): void
  onSelect(runId: string): void
}

export interface Jump {
  /** Why it did not move. */
  readonly note: string | undefined
  jump(way: Way): void
}

interface Note {
  readonly text: string
  readonly active: number
  readonly selected: string | undefined
}

/** Along the lines from the active row. A panel that is open goes along. */
export function useJump({ used, rows, active, selected, scroller, go, onSelect }: JumpWish): Jump {
  const { edges, hasFailed, want } = used
  const [wish, setWish] = useState<Way>()
  const [note, setNote] = useState<Note>()
  useEffect(() => {
    if (wish === undefined || !(edges || hasFailed)) return
    setWish(undefined)
    if (!edges) return
    const row = edges.nextOf(endsOf(rows[active]) ?? '', wish)
    if (typeof row === 'string') return setNote({ text: row, active, selected })
    go(row)
    scroller.current?.focus({ preventScroll: true })
    const next = rows[row]
    if (selected !== undefined && next?.type === 'run') onSelect(next.run.id)
  }, [wish, edges, hasFailed, rows, active, selected, scroller, go, onSelect])
  const jump = (way: Way): void => {
    want()
    setWish(way)
  }
  // It holds until somebody goes elsewhere or chooses something.
  const isNew = note?.active === active && note.selected === selected
  return { note: isNew ? note.text : undefined, jump }
}

/** Of the run of a row its id, of an iteration that is folded those of its first and its last run. */
function endsOf(row: GanttRow | undefined): string | undefined {
  if (row?.type === 'run') return row.run.id
  if (row?.type !== 'iteration') return undefined
  const runs = row.runs.toSorted((one, other) => orderOf(one) - orderOf(other))
  return runs.length === 0 ? undefined : `${runs[0]?.id} ${runs.at(-1)?.id}`
}
