// The face of one task as a form: what must be set first, then what is set, then the rest. Each change is the smallest change of the text.
import { useMemo, useState, type ReactNode } from 'react'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import type { CodeHandle } from './code/code-editor.tsx'
import { fieldsOf, type FormField } from './form-fields.ts'
import classes from './flow-editor.module.css'
import { FormFieldRow } from './form-field.tsx'
import { t } from './messages.ts'
import { useTypeFacts } from './use-types.ts'
import { setProperty } from './yaml/edit-yaml.ts'
import { nodeAt, parseYamlTree, plainOf, type TaskPlace } from './yaml/yaml-tree.ts'

export interface TaskFormProps {
  readonly text: string
  readonly task: TaskPlace | undefined
  readonly code: CodeHandle | undefined
}

export function TaskForm({ text, task, code }: TaskFormProps): ReactNode {
  if (!task) return <p className={classes['muted']}>{t('noTask')}</p>
  return <Form key={task.path} text={text} task={task} code={code} />
}

function Form({ text, task, code }: TaskFormProps & { readonly task: TaskPlace }): ReactNode {
  const { data: facts, isPending } = useTypeFacts(task.type)
  const hasType = task.type !== undefined && task.type !== ''
  const [isOnlySet, setOnlySet] = useState(false)
  const values = useMemo(() => valuesAt(text, task.path), [text, task.path])
  const groups = useMemo(() => fieldsOf(facts, values), [facts, values])
  const change = (key: string, value: unknown): void => code?.edit(setProperty(code.text(), task.path, key, value))
  return (
    <div className={classes['form']}>
      <div className={classes['formHead']}>
        <label className={classes['field']}>
          <span className={classes['fieldName']}>{t('idOf')}</span>
          <input
            className={classes['input']}
            value={String(values['id'] ?? '')}
            onChange={event => change('id', event.currentTarget.value)}
          />
        </label>
        <div className={classes['field']}>
          <span className={classes['fieldName']}>{t('typeOf')}</span>
          <code className={classes['typeValue']}>{task.type}</code>
        </div>
        <label className={classes['check']}>
          <input type="checkbox" checked={isOnlySet} onChange={event => setOnlySet(event.currentTarget.checked)} />
          {t('onlySet')}
        </label>
      </div>
      {/* A field that becomes another one under the hand would lose what is typed meanwhile. */}
      {isPending ? (
        <SkeletonRows rows={4} />
      ) : (
        <>
          {!facts && hasType && <ErrorCard error={t('loadFailed')} />}
          {facts?.description === undefined && facts !== undefined && (
            <p className={classes['muted']}>{t('noSchema')}</p>
          )}
          <Group title={t('required')} fields={groups.required} values={values} onChange={change} />
          <Group title={t('set')} fields={groups.set} values={values} onChange={change} />
          {!isOnlySet && (
            <>
              <Group
                title={t('more')}
                fields={groups.more}
                values={values}
                onChange={change}
                isClosed={groups.more.length > 6}
              />
              <Group title={t('common')} fields={groups.common} values={values} onChange={change} isClosed />
            </>
          )}
        </>
      )}
    </div>
  )
}

function valuesAt(text: string, path: string): Readonly<Record<string, unknown>> {
  const plain = plainOf(nodeAt(parseYamlTree(text), path))
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain) ? { ...plain } : {}
}

interface GroupProps {
  readonly title: string
  readonly fields: readonly FormField[]
  readonly values: Readonly<Record<string, unknown>>
  readonly onChange: (key: string, value: unknown) => void
  readonly isClosed?: boolean
}

function Group({ title, fields, values, onChange, isClosed = false }: GroupProps): ReactNode {
  if (fields.length === 0) return null
  return (
    <details className={classes['group']} open={!isClosed}>
      <summary className={classes['groupTitle']}>
        {title} <span className={classes['muted']}>{fields.length}</span>
      </summary>
      {fields.map(field => (
        <FormFieldRow
          key={field.name}
          field={field}
          value={values[field.name]}
          onChange={value => onChange(field.name, value)}
        />
      ))}
    </details>
  )
}
