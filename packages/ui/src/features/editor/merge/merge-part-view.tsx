import { useId, useState, type ReactNode } from 'react'
import { linesChosen, type MergeChoice, type MergePart, type MergePartType } from '../../../lib/merge-lines.ts'
import { cx } from '../../../widgets/class-names.ts'
import { t } from './messages.ts'
import classes from './merge.module.css'

export interface MergePartViewProps {
  readonly part: MergePart
  readonly number: number
  readonly revisions: { readonly base: number; readonly theirs: number }
  /** Undefined: it has to be chosen. */
  readonly choice: MergeChoice | undefined
  readonly onChoose: (choice: MergeChoice) => void
}

export function MergePartView(props: MergePartViewProps): ReactNode {
  switch (props.part.type) {
    case 'same':
      return <SameLines lines={props.part.base} isFirst={props.number === 0} />
    case 'conflict':
      return <ConflictPart {...props} />
    case 'mine':
    case 'theirs':
    case 'alike':
      return <OneSided {...props} type={props.part.type} />
  }
}

/** Shown next to a change on either side. */
const AROUND = 2

function SameLines({ lines, isFirst }: { readonly lines: readonly string[]; readonly isFirst: boolean }): ReactNode {
  const [isWhole, setWhole] = useState(false)
  const before = isFirst ? 0 : AROUND
  const hidden = lines.length - before - AROUND
  if (isWhole || hidden < 2) return <pre className={classes['lines']}>{textOf(lines)}</pre>
  return (
    <>
      {before > 0 && <pre className={classes['lines']}>{textOf(lines.slice(0, before))}</pre>}
      <button type="button" className={classes['unfold']} onClick={() => setWhole(true)}>
        {t('equal', { count: hidden })}
      </button>
      <pre className={classes['lines']}>{textOf(lines.slice(lines.length - AROUND))}</pre>
    </>
  )
}

/** What only one of us changed, or both alike: taken, unless somebody says otherwise. */
function OneSided(
  props: MergePartViewProps & { readonly type: Exclude<MergePartType, 'same' | 'conflict'> },
): ReactNode {
  const { part, type, revisions, choice, onChoose } = props
  const taken: MergeChoice = type === 'theirs' ? 'theirs' : 'mine'
  return (
    <section className={cx(classes['part'], classes[type])}>
      <div className={classes['partHead']}>
        <span className={classes['who']}>{t(type, { revision: revisions.theirs })}</span>
        <Choices
          choice={choice}
          onChoose={onChoose}
          options={[
            [taken, t('chooseTake')],
            ['base', t('chooseLeave')],
          ]}
        />
      </div>
      <pre className={cx(classes['lines'], classes['removed'])}>{signed(part.base, '−')}</pre>
      <pre className={cx(classes['lines'], classes['added'])}>{signed(linesChosen(part, taken), '+')}</pre>
    </section>
  )
}

function ConflictPart({ part, revisions, choice, onChoose }: MergePartViewProps): ReactNode {
  return (
    <section className={cx(classes['part'], classes['conflict'])}>
      <div className={classes['partHead']}>
        <span className={classes['who']}>{t('conflict')}</span>
      </div>
      <div className={classes['sides']}>
        <Side title={t('sideTheirs', { revision: revisions.theirs })} lines={part.theirs} />
        <Side title={t('sideBase', { revision: revisions.base })} lines={part.base} />
        <Side title={t('sideMine')} lines={part.mine} />
      </div>
      <Choices
        choice={choice}
        onChoose={onChoose}
        options={[
          ['theirs', t('chooseTheirs')],
          ['mine', t('chooseMine')],
          ['theirs-mine', t('chooseTheirsMine')],
          ['mine-theirs', t('chooseMineTheirs')],
          ['base', t('chooseBase')],
        ]}
      />
    </section>
  )
}

function Side({ title, lines }: { readonly title: string; readonly lines: readonly string[] }): ReactNode {
  const id = useId()
  return (
    <div className={classes['side']} role="group" aria-labelledby={id}>
      <span id={id} className={classes['sideTitle']}>
        {title}
      </span>
      {lines.length === 0 ? (
        <span className={classes['nothing']}>{t('nothing')}</span>
      ) : (
        <pre className={classes['lines']}>{textOf(lines)}</pre>
      )}
    </div>
  )
}

interface ChoicesProps {
  readonly options: readonly (readonly [MergeChoice, string])[]
  readonly choice: MergeChoice | undefined
  readonly onChoose: (choice: MergeChoice) => void
}

function Choices({ options, choice, onChoose }: ChoicesProps): ReactNode {
  const name = useId()
  return (
    <div className={classes['choices']} role="radiogroup" aria-label={t('choose')}>
      {options.map(([value, title]) => (
        <label key={value} className={classes['choice']}>
          <input type="radio" name={name} checked={choice === value} onChange={() => onChoose(value)} />
          {title}
        </label>
      ))}
    </div>
  )
}

/** An empty line at the end would not be seen otherwise. */
function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}

function signed(lines: readonly string[], sign: string): string {
  return lines.map(line => `${sign} ${line}\n`).join('')
}
