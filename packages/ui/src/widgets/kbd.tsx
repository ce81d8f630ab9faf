import type { ReactNode } from 'react'
import { showKeys } from '../lib/keyboard.ts'
import classes from './kbd.module.css'

/** Keys as they are pressed: `mod+k`, `g h`. */
export function Kbd({ keys }: { readonly keys: string }): ReactNode {
  return (
    <span className={classes['keys']}>
      {showKeys(keys).map((key, index) => (
        <kbd key={index} className={classes['key']}>
          {key}
        </kbd>
      ))}
    </span>
  )
}
