import { memo, useState, type ReactNode } from 'react'
import { formatClock, formatMomentLong } from '../../lib/time.ts'
import { cx } from '../../widgets/class-names.ts'
import { Icon } from '../../widgets/icon.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { parseAnsi, type AnsiSpan } from './ansi.ts'
import classes from './log-row.module.css'
import { t } from './messages.ts'
import { printLine, readLine, splitHits } from './read-line.ts'

export interface LogRowProps {
  readonly at: string
  readonly level: string
  readonly message: string
  readonly taskId?: string | undefined
  /** The number that is shown, and where it leads. */
  readonly line?: { readonly number: number; readonly href: string; go(): void }
  /** Before the message; the task of the line unless said. */
  readonly origin?: ReactNode
  readonly isOriginWide?: boolean
  readonly wanted: string
  readonly isWrapped: boolean
  /** Is meant by the address. */
  readonly isChosen: boolean
}

export const ROW_PX = 24

export const LogRow = memo(function LogRow(props: LogRowProps): ReactNode {
  const { at, level, message, taskId, line, origin, isOriginWide = false, wanted, isWrapped, isChosen } = props
  const [isOpen, setOpen] = useState(false)
  const { head, rest, restLines, json, ownFrame } = readLine(message)
  return (
    <div className={cx(classes['row'], classes[level], isChosen && classes['chosen'], isWrapped && classes['wrapped'])}>
      {line && (
        <a
          className={classes['number']}
          href={line.href}
          aria-label={t('lineLink', { line: String(line.number) })}
          onClick={event => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return
            event.preventDefault()
            line.go()
          }}
        >
          {line.number}
        </a>
      )}
      <time className={classes['time']} dateTime={at} {...tip(formatMomentLong(Date.parse(at)))}>
        {formatClock(Date.parse(at))}
      </time>
      <span className={classes['level']}>{level}</span>
      <span className={cx(classes['origin'], isOriginWide && classes['wide'])}>{origin ?? taskId}</span>
      <span className={classes['message']}>
        {restLines > 0 && (
          <button type="button" className={classes['fold']} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            <Icon name={isOpen ? 'down' : 'right'} size={12} />
            {json === undefined ? t('unfold', { count: restLines }) : t('fields')}
            {ownFrame !== undefined && ` · ${t('firstOwn', { place: ownFrame })}`}
          </button>
        )}
        <Text text={head} wanted={wanted} />
        {isOpen && (
          <pre className={classes['rest']}>
            <Text text={rest} wanted={wanted} />
          </pre>
        )}
      </span>
      <button
        type="button"
        className={classes['copy']}
        aria-label={t('copyLine')}
        onClick={() => void navigator.clipboard.writeText(printLine({ timestamp: at, level, taskId, message }))}
      >
        <Icon name="copy" size={14} />
      </button>
    </div>
  )
})

function Text({ text, wanted }: { readonly text: string; readonly wanted: string }): ReactNode {
  return parseAnsi(text).map((span, index) => (
    <span key={index} className={classOf(span)}>
      {splitHits(span.text, wanted).map((part, at) =>
        part.isHit ? <mark key={at}>{part.text}</mark> : <span key={at}>{part.text}</span>,
      )}
    </span>
  ))
}

function classOf({ color, ground, isBold, isDim, isItalic, isUnderlined }: AnsiSpan): string {
  return cx(
    color !== undefined && ground === undefined && classes[`fg-${color}`],
    ground !== undefined && classes[`bg-${ground}`],
    isBold === true && classes['bold'],
    isDim === true && classes['dim'],
    isItalic === true && classes['italic'],
    isUnderlined === true && classes['underlined'],
  )
}
