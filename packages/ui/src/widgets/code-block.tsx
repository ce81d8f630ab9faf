import type { ReactNode } from 'react'
import classes from './code-block.module.css'
import { CopyButton } from './copy-button.tsx'

export interface CodeBlockProps {
  readonly text: string
  readonly label: string
  readonly hasCopy?: boolean
  /** Breaks long lines instead of scrolling. */
  readonly isWrapped?: boolean
}

/** Text as it stands, to be read and copied. */
export function CodeBlock({ text, label, hasCopy = true, isWrapped = false }: CodeBlockProps): ReactNode {
  return (
    <figure className={classes['block']} aria-label={label}>
      <pre className={isWrapped ? `${classes['text']} ${classes['wrapped']}` : classes['text']} tabIndex={0}>
        <code>{text}</code>
      </pre>
      {hasCopy && (
        <div className={classes['copy']}>
          <CopyButton text={text} />
        </div>
      )}
    </figure>
  )
}
