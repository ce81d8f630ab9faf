import type { ReactNode } from 'react'
import classes from './choices.module.css'

export interface Choice<Value> {
  readonly value: Value
  readonly title: string
  /** How much there is of it. */
  readonly count?: number
}

export interface ChoicesProps<Value> {
  /** What is chosen among, for those who hear it. */
  readonly label: string
  readonly choices: readonly Choice<Value>[]
  readonly active: Value
  readonly onChoose: (value: Value) => void
}

/** One of a few that are all in sight, such as the topics of a catalogue or the two faces of a thing. */
export function Choices<Value extends string | boolean | undefined>(props: ChoicesProps<Value>): ReactNode {
  const { label, choices, active, onChoose } = props
  return (
    <div role="group" aria-label={label} className={classes['choices']}>
      {choices.map(({ value, title, count }) => (
        <button
          key={title}
          type="button"
          className={classes['choice']}
          aria-pressed={value === active}
          onClick={() => onChoose(value)}
        >
          {title}
          {count !== undefined && <span className={classes['count']}> {count}</span>}
        </button>
      ))}
    </div>
  )
}
