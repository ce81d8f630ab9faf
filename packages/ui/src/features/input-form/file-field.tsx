// A file: dropped, chosen, or one that is stored already.
import { TextInput } from '@mantine/core'
import { useId, useRef, useState, type ReactNode } from 'react'
import { cx } from '../../widgets/class-names.ts'
import { Icon } from '../../widgets/icon.tsx'
import { InlineText } from './inline-text.tsx'
import type { ControlProps } from './input-control.tsx'
import { entryText } from './input-fields.ts'
import classes from './input-form.module.css'
import { t } from './messages.ts'

export function FileField({ field, label, entry, problem, onChange }: ControlProps): ReactNode {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const file = entry instanceof File ? entry : undefined
  return (
    <fieldset className={cx(classes['choices'], classes['wide'])}>
      <legend>
        {label}
        {field.isRequired && field.usual === undefined && (
          <span className={classes['star']} aria-hidden="true">
            {' '}
            *
          </span>
        )}
      </legend>
      <div
        className={cx(classes['drop'], isOver && classes['over'])}
        onDragOver={event => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={event => {
          event.preventDefault()
          setOver(false)
          const dropped = event.dataTransfer.files[0]
          if (dropped) onChange(dropped)
        }}
      >
        {file ? (
          <Chosen file={file} onRemove={() => onChange('')} />
        ) : (
          <>
            <Icon name="upload" />
            <span>{t('drop')}</span>
            <button type="button" className={classes['browse']} onClick={() => input.current?.click()}>
              {t('browse')}
            </button>
            <TextInput
              className={classes['uri']}
              aria-label={`${label}: ${t('storageUri')}`}
              aria-describedby={id}
              placeholder="kestra:///…"
              value={entryText(entry)}
              onChange={event => onChange(event.currentTarget.value)}
            />
          </>
        )}
        <input
          ref={input}
          type="file"
          hidden
          accept={field.extensions.join(',')}
          aria-label={label}
          onChange={event => {
            const chosen = event.currentTarget.files?.[0]
            if (chosen) onChange(chosen)
          }}
        />
      </div>
      <span className={classes['description']} id={id}>
        {field.description !== undefined && <InlineText text={field.description} />}{' '}
        {field.extensions.length > 0 && t('onlyExtensions', { list: field.extensions.join(', ') })}
      </span>
      {problem !== undefined && <span className={classes['problem']}>{problem}</span>}
    </fieldset>
  )
}

function Chosen({ file, onRemove }: { readonly file: File; readonly onRemove: () => void }): ReactNode {
  return (
    <>
      <Icon name="file" />
      <span className={classes['fileName']}>{file.name}</span>
      <span className={classes['size']}>{formatSize(file.size)}</span>
      <button
        type="button"
        className={classes['browse']}
        aria-label={t('removeFile', { name: file.name })}
        onClick={onRemove}
      >
        <Icon name="close" size={14} />
      </button>
    </>
  )
}

const UNITS = ['B', 'kB', 'MB', 'GB']

function formatSize(bytes: number): string {
  const step = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1_000)))
  const value = bytes / 1_000 ** step
  return `${step === 0 ? value : value.toFixed(1)} ${UNITS[step] ?? ''}`
}
