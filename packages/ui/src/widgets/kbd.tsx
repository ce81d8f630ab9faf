import type { ReactNode } from 'react'
import { showKeys } from '../lib/keyboard.ts'
import { cx } from './class-names.ts'
import classes from './kbd.module.css'

export interface KbdProps {
  readonly keys: string
  /** Behind the words of a button, where there is room for it. */
  readonly isOnButton?: boolean
}

/** Keys as they are pressed: `mod+k`, `g h`. */
export function Kbd({ keys, isOnButton = false }: KbdProps): ReactNode {
  return (
    <span className={cx(classes['keys'], isOnButton && classes['onButton'])}>
      {showKeys(keys).map((key, index) => (
        <kbd key={index} className={classes['key']}>
          {key}
        </kbd>
      ))}
    </span>
  )
}
