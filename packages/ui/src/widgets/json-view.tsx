// A value as a tree. Branches are made when they are opened, long lists in pieces, so that a value of megabytes costs what is seen of it.
import { useState, type ReactNode } from 'react'
import classes from './json-view.module.css'

const PIECE = 100
const TEXT_MAX = 2_000

export interface JsonViewProps {
  readonly value: unknown
  readonly label: string
  /** How many levels are open at first. */
  readonly depth?: number
}

export function JsonView({ value, label, depth = 1 }: JsonViewProps): ReactNode {
  return (
    <div className={classes['tree']} role="group" aria-label={label}>
      <Node value={value} depth={depth} />
    </div>
  )
}

interface NodeProps {
  readonly name?: string
  readonly value: unknown
  readonly depth: number
}

function Node({ name, value, depth }: NodeProps): ReactNode {
  const [isOpen, setOpen] = useState(depth > 0)
  const label = name === undefined ? null : <span className={classes['name']}>{name}: </span>
  if (typeof value !== 'object' || value === null) {
    return (
      <div className={classes['leaf']}>
        {label}
        <Leaf value={value} />
      </div>
    )
  }
  const isList = Array.isArray(value)
  const entries = Object.entries(value)
  const size = `${isList ? '[' : '{'}${entries.length}${isList ? ']' : '}'}`
  return (
    <details open={isOpen} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary className={classes['branch']}>
        {label}
        <span className={classes['size']}>{size}</span>
      </summary>
      {isOpen && <Children entries={entries} depth={depth - 1} />}
    </details>
  )
}

function Children({
  entries,
  depth,
}: {
  readonly entries: readonly (readonly [string, unknown])[]
  readonly depth: number
}): ReactNode {
  const [count, setCount] = useState(PIECE)
  return (
    <div className={classes['children']}>
      {entries.slice(0, count).map(([name, value]) => (
        <Node key={name} name={name} value={value} depth={depth} />
      ))}
      {count < entries.length && (
        <button type="button" className={classes['more']} onClick={() => setCount(count + PIECE)}>
          {entries.length - count} more
        </button>
      )}
    </div>
  )
}

function Leaf({ value }: { readonly value: unknown }): ReactNode {
  const [isWhole, setWhole] = useState(false)
  if (typeof value !== 'string') return <span className={classes['word']}>{String(value)}</span>
  const isCut = !isWhole && value.length > TEXT_MAX
  return (
    <span className={classes['text']}>
      {isCut ? value.slice(0, TEXT_MAX) : value}
      {isCut && (
        <button type="button" className={classes['more']} onClick={() => setWhole(true)}>
          … {value.length - TEXT_MAX} letters more
        </button>
      )}
    </span>
  )
}
