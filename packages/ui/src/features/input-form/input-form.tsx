// The inputs of a flow, or what a paused task asks, as a form. It holds nothing: what was typed belongs to whoever shows it.
import type { ReactNode } from 'react'
import { InputControl } from './input-control.tsx'
import { entryOf, groupsOf, labelIn, type Entries, type Entry, type Field } from './input-fields.ts'
import classes from './input-form.module.css'

export interface InputFormProps {
  readonly fields: readonly Field[]
  readonly entries: Entries
  readonly onChange: (id: string, entry: Entry) => void
  /** After the first try to send, what is missing is told of fields that nobody touched, too. */
  readonly isTried: boolean
  /** What the server refused, by the ids of fields. */
  readonly refusals?: ReadonlyMap<string, string>
}

export function InputForm({ fields, entries, onChange, isTried, refusals }: InputFormProps): ReactNode {
  const control = (field: Field, group: string): ReactNode => (
    <InputControl
      key={field.id}
      field={field}
      label={labelIn(group, field)}
      entry={entryOf(field, entries)}
      problem={problemOf(field, { entries, isTried, refusals })}
      onChange={entry => onChange(field.id, entry)}
    />
  )
  return (
    <div className={classes['form']} data-form="">
      {groupsOf(fields).map(({ name, fields: members }, index) =>
        name === '' ? (
          members.map(field => control(field, ''))
        ) : (
          <fieldset key={`${name}-${index}`} className={classes['group']}>
            <legend>{name}</legend>
            <div className={classes['form']}>{members.map(field => control(field, name))}</div>
          </fieldset>
        ),
      )}
    </div>
  )
}

export interface Judging {
  readonly entries: Entries
  readonly isTried: boolean
  readonly refusals: ReadonlyMap<string, string> | undefined
}

/** Nobody is told that something is missing before having had a chance to say it. */
export function problemOf(field: Field, { entries, isTried, refusals }: Judging): string | undefined {
  if (!isTried && !entries.has(field.id)) return undefined
  return field.problems[0] ?? refusals?.get(field.id)
}
