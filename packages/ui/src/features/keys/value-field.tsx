import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import type { ReactNode } from 'react'
import { durationWords, fromLocalField, prettyJson, toLocalField, type KeyType } from './key-value.ts'
import classes from './keys.module.css'
import { t } from './messages.ts'

export interface ValueFieldProps {
  readonly type: KeyType
  readonly text: string
  readonly problem: string | undefined
  readonly onChange: (text: string) => void
}

const TEXT_ROWS = 6
const JSON_ROWS = 14

/** The value, in the field that its type asks for. */
export function ValueField({ type, text, problem, onChange }: ValueFieldProps): ReactNode {
  const field = { label: t('value'), error: problem, size: 'sm' } as const
  const change = (event: { readonly currentTarget: { readonly value: string } }): void =>
    onChange(event.currentTarget.value)
  switch (type) {
    case 'STRING':
      return <Textarea {...field} rows={TEXT_ROWS} value={text} onChange={change} spellCheck={false} />
    case 'NUMBER':
      return <TextInput {...field} inputMode="decimal" value={text} onChange={change} autoComplete="off" />
    case 'BOOLEAN':
      return (
        <NativeSelect
          {...field}
          value={text}
          onChange={change}
          data={[
            { value: 'true', label: t('isTrue') },
            { value: 'false', label: t('isFalse') },
          ]}
        />
      )
    case 'DATE':
      return <TextInput {...field} type="date" value={text} onChange={change} />
    case 'DATETIME':
      return <MomentField field={field} text={text} onChange={onChange} />
    case 'DURATION':
      return (
        <div>
          <TextInput {...field} placeholder="PT1H30M" value={text} onChange={change} autoComplete="off" />
          <div className={classes['under']}>{durationWords(text)}</div>
        </div>
      )
    case 'JSON':
      return (
        <div className={classes['code']}>
          <Textarea {...field} rows={JSON_ROWS} value={text} onChange={change} spellCheck={false} />
          <div className={classes['under']}>
            <span />
            <Button size="compact-sm" variant="subtle" onClick={() => onChange(prettyJson(text))}>
              {t('arrange')}
            </Button>
          </div>
        </div>
      )
  }
}

interface MomentFieldProps {
  readonly field: { readonly label: string; readonly error: string | undefined; readonly size: 'sm' }
  readonly text: string
  readonly onChange: (text: string) => void
}

/** Chosen in the zone of the browser, kept in UTC. */
function MomentField({ field, text, onChange }: MomentFieldProps): ReactNode {
  return (
    <div>
      <TextInput
        {...field}
        type="datetime-local"
        step={1}
        value={toLocalField(text)}
        onChange={event => onChange(fromLocalField(event.currentTarget.value))}
      />
      <div className={classes['under']}>{text !== '' && t('utc', { iso: text })}</div>
    </div>
  )
}
