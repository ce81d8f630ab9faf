import type { ReactNode } from 'react'
import classes from './preferences-page.module.css'

export function Group({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <section className={classes['group']}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}
