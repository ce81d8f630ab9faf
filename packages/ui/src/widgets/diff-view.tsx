// Two texts beside one another, or one below the other, with what changed marked by signs as well as by colours. Lines far from a change are folded.
import { useMemo, useState, type ReactNode } from 'react'
import { diffLines, foldUnchanged, type LineChange } from '../lib/diff-lines.ts'
import { cx } from './class-names.ts'
import classes from './diff-view.module.css'

const AROUND = 3

export interface DiffViewProps {
  readonly before: string
  readonly after: string
  /** Names both sides. */
  readonly titles: readonly [string, string]
  readonly isSideBySide: boolean
}

export function DiffView({ before, after, titles, isSideBySide }: DiffViewProps): ReactNode {
  const [isWhole, setWhole] = useState(false)
  const changes = useMemo(() => diffLines(before, after), [before, after])
  const shown = useMemo(() => (isWhole ? changes : foldUnchanged(changes, AROUND)), [changes, isWhole])
  const unfold = (): void => setWhole(true)
  return (
    <div className={classes['scroller']} tabIndex={0} role="region" aria-label={titles.join(' → ')}>
      <table className={classes['table']}>
        <thead>
          <tr>
            <th scope="col" colSpan={isSideBySide ? 2 : 3}>
              {isSideBySide ? titles[0] : titles.join(' → ')}
            </th>
            {isSideBySide && (
              <th scope="col" colSpan={2}>
                {titles[1]}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {isSideBySide
            ? pairsOf(shown).map((pair, index) => <Pair key={index} pair={pair} onUnfold={unfold} />)
            : shown.map((change, index) => <Single key={index} change={change} onUnfold={unfold} />)}
        </tbody>
      </table>
    </div>
  )
}

type Side = LineChange | undefined
type PairOfLines = number | readonly [Side, Side]

/** What was taken out stands beside what was put in for it. */
function pairsOf(shown: readonly (LineChange | number)[]): readonly PairOfLines[] {
  const pairs: PairOfLines[] = []
  let removed: LineChange[] = []
  const flush = (): void => {
    pairs.push(...removed.map((line): PairOfLines => [line, undefined]))
    removed = []
  }
  for (const change of shown) {
    if (typeof change !== 'number' && change.type === 'removed') removed.push(change)
    else if (typeof change !== 'number' && change.type === 'added') pairs.push([removed.shift(), change])
    else {
      flush()
      pairs.push(typeof change === 'number' ? change : [change, change])
    }
  }
  flush()
  return pairs
}

interface Unfold {
  readonly onUnfold: () => void
}

function Pair({ pair, onUnfold }: Unfold & { readonly pair: PairOfLines }): ReactNode {
  if (typeof pair === 'number') return <Fold count={pair} span={4} onUnfold={onUnfold} />
  return (
    <tr>
      <Cell line={pair[0]} side="left" />
      <Cell line={pair[1]} side="right" />
    </tr>
  )
}

function Cell({ line, side }: { readonly line: Side; readonly side: 'left' | 'right' }): ReactNode {
  const look = line === undefined ? classes['nothing'] : classes[line.type]
  return (
    <>
      <td className={cx(classes['number'], look)}>{line && numberOf(line, side)}</td>
      <td className={cx(classes['text'], look)}>{line && <Text line={line} />}</td>
    </>
  )
}

function Single({ change, onUnfold }: Unfold & { readonly change: LineChange | number }): ReactNode {
  if (typeof change === 'number') return <Fold count={change} span={3} onUnfold={onUnfold} />
  const look = classes[change.type]
  return (
    <tr>
      <td className={cx(classes['number'], look)}>{numberOf(change, 'left')}</td>
      <td className={cx(classes['number'], look)}>{numberOf(change, 'right')}</td>
      <td className={cx(classes['text'], look)}>
        <Text line={change} />
      </td>
    </tr>
  )
}

const SIGNS = { same: ' ', removed: '−', added: '+' } as const
const WORDS = { same: '', removed: 'removed: ', added: 'added: ' } as const

function Text({ line }: { readonly line: LineChange }): ReactNode {
  return (
    <>
      <span className={classes['sign']} aria-hidden="true">
        {SIGNS[line.type]}
      </span>
      {line.type !== 'same' && <span className="visually-hidden">{WORDS[line.type]}</span>}
      {line.text}
    </>
  )
}

function Fold({ count, span, onUnfold }: Unfold & { readonly count: number; readonly span: number }): ReactNode {
  return (
    <tr>
      <td colSpan={span} className={classes['fold']}>
        <button type="button" className={classes['unfold']} onClick={onUnfold}>
          {count === 1 ? '1 equal line' : `${count} equal lines`}
        </button>
      </td>
    </tr>
  )
}

function numberOf(line: LineChange, side: 'left' | 'right'): number | undefined {
  if (side === 'left') return line.type === 'added' ? undefined : line.left
  return line.type === 'removed' ? undefined : line.right
}
