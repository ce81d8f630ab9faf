import type { ReactNode } from 'react'
import { cx } from './class-names.ts'
import classes from './code-block.module.css'
import { CopyButton } from './copy-button.tsx'

export interface CodeBlockProps {
  readonly text: string
  readonly label: string
  readonly hasCopy?: boolean
  /** Breaks long lines instead of scrolling. */
  readonly isWrapped?: boolean
  /** As high as its text, whatever that takes. */
  readonly isWhole?: boolean
}

/** Text as it stands, to be read and copied. */
export function CodeBlock({
  text,
  label,
  hasCopy = true,
  isWrapped = false,
  isWhole = false,
}: CodeBlockProps): ReactNode {
  return (
    <figure className={classes['block']} aria-label={label}>
      <pre className={cx(classes['text'], isWrapped && classes['wrapped'], isWhole && classes['whole'])} tabIndex={0}>
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
