// The control of one input, by its type.
import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useId, type ReactNode } from 'react'
import { parseLengthMs } from '../../lib/filters/moments.ts'
import { formatDuration } from '../../lib/time.ts'
import { cx } from '../../widgets/class-names.ts'
import { ChoiceList } from './choice-list.tsx'
import { FileField } from './file-field.tsx'
import { InlineText } from './inline-text.tsx'
import { entryText, type Entry, type Field } from './input-fields.ts'
import classes from './input-form.module.css'
import { t } from './messages.ts'

export interface ControlProps {
  readonly field: Field
  readonly label: string
  readonly entry: Entry | undefined
  readonly problem: string | undefined
  readonly onChange: (entry: Entry) => void
}

export function InputControl(props: ControlProps): ReactNode {
  const { field, entry, onChange } = props
  switch (field.type) {
    case 'BOOL':
      return <Toggle {...props} />
    case 'BOOLEAN':
      return <ChoiceList {...props} kind="radio" choices={YES_NO} chosen={[typeof entry === 'string' ? entry : '']} />
    case 'FILE':
      return <FileField {...props} />
    case 'MULTISELECT':
      return (
        <ChoiceList
          {...props}
          kind="checkbox"
          choices={field.choices}
          chosen={typeof entry === 'object' && isList(entry) ? entry : []}
        />
      )
    case 'SELECT':
    case 'ENUM':
      if (field.isRadio && !field.takesOthers) {
        return <ChoiceList {...props} kind="radio" choices={field.choices} chosen={[entryText(entry)]} />
      }
      return field.takesOthers || field.choices.length === 0 ? <Suggested {...props} /> : <Select {...props} />
    case 'JSON':
    case 'YAML':
    case 'ARRAY':
    case 'ION':
    case 'OBJECT':
    case 'TABLE':
      return <LongText {...props} isCode />
    default:
      return entryText(entry).includes('\n') ? (
        <LongText {...props} />
      ) : (
        <TextInput
          {...shared(props)}
          {...(TEXT_INPUTS[field.type] ?? {})}
          description={describe(props)}
          value={entryText(entry)}
          onChange={event => onChange(event.currentTarget.value)}
        />
      )
  }
}

const YES_NO = [
  { value: 'true', label: t('yes') },
  { value: 'false', label: t('no') },
  { value: '', label: t('notSet') },
]

const TEXT_INPUTS: Readonly<Record<string, object>> = {
  INT: { inputMode: 'numeric' },
  FLOAT: { inputMode: 'decimal' },
  DATE: { type: 'date' },
  DATETIME: { type: 'datetime-local', step: 1 },
  TIME: { type: 'time', step: 1 },
  DURATION: { placeholder: 'PT15M' },
  URI: { type: 'url', placeholder: 'https://' },
  EMAIL: { type: 'email', autoComplete: 'email' },
  SECRET: { type: 'password', autoComplete: 'off' },
}

const ORDER = ['label', 'input', 'description', 'error']

/** What all controls of Mantine are given. */
function shared({ field, label, problem }: ControlProps): object {
  return {
    label,
    name: field.id,
    withAsterisk: field.isRequired && field.usual === undefined,
    'aria-required': field.isRequired && field.usual === undefined,
    error: problem,
    inputWrapperOrder: ORDER,
    autoComplete: 'off',
    spellCheck: false,
  }
}

function describe({ field, entry }: ControlProps): ReactNode {
  const ms = field.type === 'DURATION' ? parseLengthMs(entryText(entry).trim()) : undefined
  const hint =
    field.type === 'DATETIME'
      ? t('byLocalClock')
      : field.type === 'DURATION'
        ? ms === undefined
          ? t('durationHint')
          : t('durationIs', { length: formatDuration(ms) })
        : undefined
  if (field.description === undefined) return hint
  return (
    <>
      <InlineText text={field.description} /> {hint}
    </>
  )
}

function LongText(props: ControlProps & { readonly isCode?: boolean }): ReactNode {
  const { entry, isCode = false, onChange } = props
  const text = entryText(entry)
  return (
    <Textarea
      {...shared(props)}
      className={cx(classes['wide'], isCode && classes['code'])}
      description={describe(props)}
      rows={Math.min(12, Math.max(isCode ? 2 : 3, text.split('\n').length))}
      value={text}
      onChange={event => onChange(event.currentTarget.value)}
    />
  )
}

function Select(props: ControlProps): ReactNode {
  const { field, entry, onChange } = props
  const chosen = entryText(entry)
  const isKnown = field.choices.some(({ value }) => value === chosen)
  return (
    <NativeSelect
      {...shared(props)}
      description={describe(props)}
      value={isKnown ? chosen : ''}
      data={[
        ...(field.isRequired && isKnown ? [] : [{ value: '', label: field.isRequired ? t('choose') : t('notSet') }]),
        ...field.choices,
      ]}
      onChange={event => onChange(event.currentTarget.value)}
    />
  )
}

/** One of a list, or something else. */
function Suggested(props: ControlProps): ReactNode {
  const id = useId()
  const { field, entry, onChange } = props
  return (
    <>
      <TextInput
        {...shared(props)}
        list={id}
        description={describe(props)}
        value={entryText(entry)}
        onChange={event => onChange(event.currentTarget.value)}
      />
      <datalist id={id}>
        {field.choices.map(({ value, label }) => (
          <option key={value} value={value} label={label} />
        ))}
      </datalist>
    </>
  )
}

function Toggle({ field, label, entry, problem, onChange }: ControlProps): ReactNode {
  const id = useId()
  return (
    <div className={classes['toggleField']}>
      <label className={classes['toggle']}>
        <input
          type="checkbox"
          role="switch"
          name={field.id}
          className={classes['switch']}
          checked={entry === true}
          aria-describedby={field.description === undefined ? undefined : id}
          onChange={event => onChange(event.currentTarget.checked)}
        />
        <span>{label}</span>
      </label>
      {field.description !== undefined && (
        <span id={id} className={classes['description']}>
          <InlineText text={field.description} />
        </span>
      )}
      {problem !== undefined && <span className={classes['problem']}>{problem}</span>}
    </div>
  )
}

function isList(entry: readonly string[] | File): entry is readonly string[] {
  return Array.isArray(entry)
}
