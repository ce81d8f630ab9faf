import { useId, useState, type ReactNode } from 'react'
import { cx } from '../../widgets/class-names.ts'
import { Icon } from '../../widgets/icon.tsx'
import { tip } from '../../widgets/tooltip.ts'
import classes from './flow-editor.module.css'
import { isExpression, type FormField } from './form-fields.ts'
import { t } from './messages.ts'
import { writePlain } from './yaml/edit-yaml.ts'
import { parseYamlTree, plainOf } from './yaml/yaml-tree.ts'

export interface FormFieldRowProps {
  readonly field: FormField
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

/** One property: its control, and the switch between a value and an expression. */
export function FormFieldRow({ field, value, onChange }: FormFieldRowProps): ReactNode {
  const id = useId()
  const [isWished, setWished] = useState(false)
  const canSwitch = field.kind !== 'line' && field.kind !== 'text'
  const isText = canSwitch && (isExpression(value) || isWished)
  const { name, description, default: standard, isRequired } = field
  return (
    <div className={classes['field']}>
      <div className={classes['fieldHead']}>
        <label htmlFor={id} className={classes['fieldName']}>
          {name}
          {isRequired && <span className={classes['star']}> *</span>}
        </label>
        <span className={classes['fieldType']}>{field.type}</span>
        {canSwitch && (
          <button
            type="button"
            className={cx(classes['toggle'], isText && classes['on'])}
            aria-pressed={isText}
            aria-label={t('modeOf', { name })}
            {...tip(t(isText ? 'asValue' : 'asExpression'))}
            onClick={() => {
              if (isText && isExpression(value)) onChange(undefined)
              setWished(!isText)
            }}
          >
            {'{{}}'}
          </button>
        )}
        {value !== undefined && !isRequired && (
          <button
            type="button"
            className={classes['toggle']}
            aria-label={t('clear', { name })}
            {...tip(t('clear', { name }))}
            onClick={() => onChange(undefined)}
          >
            <Icon name="close" size={12} />
          </button>
        )}
      </div>
      {isText ? (
        <Line id={id} value={value} hint={t('expressionHint')} onChange={onChange} />
      ) : (
        <Control id={id} field={field} value={value} onChange={onChange} />
      )}
      {description !== undefined && <p className={classes['fieldText']}>{description}</p>}
      {standard !== undefined && value === undefined && (
        <p className={classes['fieldText']}>{t('default', { value: JSON.stringify(standard) })}</p>
      )}
    </div>
  )
}

interface ControlProps extends FormFieldRowProps {
  readonly id: string
}

function Control({ id, field, value, onChange }: ControlProps): ReactNode {
  switch (field.kind) {
    case 'line':
      return typeof value === 'string' && value.includes('\n') ? (
        <Lines id={id} value={value} onChange={onChange} />
      ) : typeof value === 'object' && value !== null ? (
        <Code id={id} value={value} onChange={onChange} />
      ) : (
        <Line id={id} value={value} onChange={onChange} />
      )
    case 'text':
      return typeof value === 'object' && value !== null ? (
        <Code id={id} value={value} onChange={onChange} />
      ) : (
        <Lines id={id} value={value} onChange={onChange} />
      )
    case 'number':
      return <NumberField id={id} value={value} onChange={onChange} />
    case 'boolean':
      return (
        <Choice
          id={id}
          choices={['true', 'false']}
          value={value}
          onChange={text => onChange(text === undefined ? undefined : text === 'true')}
        />
      )
    case 'choice':
      return <Choice id={id} choices={field.choices} value={value} onChange={onChange} />
    case 'code':
      return <Code id={id} value={value} onChange={onChange} />
  }
}

interface InputProps {
  readonly id: string
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? '' : String(value)
}

function Line({ id, value, hint, onChange }: InputProps & { readonly hint?: string }): ReactNode {
  return (
    <input
      id={id}
      className={classes['input']}
      placeholder={hint ?? t('notSet')}
      value={textOf(value)}
      onChange={event => onChange(event.currentTarget.value)}
    />
  )
}

const ROWS_MAX = 12

function Lines({ id, value, onChange }: InputProps): ReactNode {
  const text = textOf(value)
  return (
    <textarea
      id={id}
      className={classes['area']}
      rows={Math.min(ROWS_MAX, Math.max(2, text.split('\n').length))}
      placeholder={t('notSet')}
      spellCheck={false}
      value={text}
      onChange={event => onChange(event.currentTarget.value)}
    />
  )
}

function NumberField({ id, value, onChange }: InputProps): ReactNode {
  const [typed, setTyped] = useState<string | undefined>(undefined)
  const isWrong = typed !== undefined && typed !== '' && Number.isNaN(Number(typed))
  const leave = (): void => {
    if (typed === undefined || isWrong) return
    onChange(typed.trim() === '' ? undefined : Number(typed))
    setTyped(undefined)
  }
  return (
    <>
      <input
        id={id}
        className={classes['input']}
        inputMode="decimal"
        placeholder={t('notSet')}
        aria-invalid={isWrong}
        value={typed ?? textOf(value)}
        onChange={event => setTyped(event.currentTarget.value)}
        onBlur={leave}
        onKeyDown={event => {
          if (event.key === 'Enter') leave()
        }}
      />
      {isWrong && <p className={classes['wrong']}>{t('notNumber')}</p>}
    </>
  )
}

function Choice({ id, choices, value, onChange }: InputProps & { readonly choices: readonly string[] }): ReactNode {
  const text = textOf(value)
  return (
    <select
      id={id}
      className={classes['input']}
      value={text}
      onChange={event => onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
    >
      <option value="">{t('notSet')}</option>
      {[...new Set([...choices, ...(text === '' ? [] : [text])])].map(choice => (
        <option key={choice} value={choice}>
          {choice}
        </option>
      ))}
    </select>
  )
}

/** Whatever has no control of its own is written as YAML. */
function Code({ id, value, onChange }: InputProps): ReactNode {
  const [typed, setTyped] = useState<string | undefined>(undefined)
  const shown = typed ?? (value === undefined ? '' : writePlain(value))
  const leave = (): void => {
    if (typed === undefined) return
    onChange(typed.trim() === '' ? undefined : plainOf(parseYamlTree(typed)))
    setTyped(undefined)
  }
  return (
    <textarea
      id={id}
      className={cx(classes['area'], classes['code'])}
      rows={Math.min(ROWS_MAX, Math.max(2, shown.split('\n').length))}
      placeholder="YAML"
      spellCheck={false}
      value={shown}
      onChange={event => setTyped(event.currentTarget.value)}
      onBlur={leave}
    />
  )
}
