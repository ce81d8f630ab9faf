import type { ComponentProps, ReactNode } from 'react'
import { cx } from './class-names.ts'
import classes from './select.module.css'

export interface SelectProps extends Omit<ComponentProps<'select'>, 'className'> {
  /** As high as what stands in a tool bar. */
  readonly isCompact?: boolean
}

/** One of a few, as the browser lets one choose. */
export function Select({ isCompact = false, ...props }: SelectProps): ReactNode {
  return <select className={cx(classes['select'], isCompact && classes['compact'])} {...props} />
}
