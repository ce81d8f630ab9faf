import type { ReactNode } from 'react'
import { tip } from '../../widgets/tooltip.ts'
import classes from './iam.module.css'

export interface CheckProps {
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
  readonly why?: string | undefined
  readonly hint?: string | undefined
  readonly children: ReactNode
}

/** One thing that is on or off, with a line that says what it does. */
export function Check({ isOn, onChange, why, hint, children }: CheckProps): ReactNode {
  const isOff = why !== undefined
  return (
    <label className={classes['check']} {...(isOff ? { 'data-disabled': true, ...tip(why) } : {})}>
      <input
        type="checkbox"
        checked={isOn}
        aria-disabled={isOff}
        onChange={event => {
          if (!isOff) onChange(event.currentTarget.checked)
        }}
      />
      <span>
        {children}
        {hint !== undefined && <span className={`${classes['muted']} ${classes['small']}`}> – {hint}</span>}
      </span>
    </label>
  )
}
