// One file: its text to be edited, an image to be seen, its revisions to be compared with and restored.
import { ActionIcon, Button } from '@mantine/core'
import { useEffect, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react'
import { ActButton } from '../../widgets/act-button.tsx'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { DiffView } from '../../widgets/diff-view.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Note } from '../../widgets/note.tsx'
import { Skeleton, Waiting } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { formatSize, imageTypeOf, nameOf, textOf } from './file-tree.ts'
import classes from './files.module.css'
import { t } from './messages.ts'
import { downloadUrl, saveText, useContent, useRevisions } from './use-files.ts'

/** A larger text would make the field slow. */
const TEXT_BYTES_MAX = 2 ** 20

export interface FileViewProps {
  readonly namespace: string
  readonly path: string
  /** An older one that is being looked at. */
  readonly revision: number | undefined
  readonly onRevision: (revision: number | undefined) => void
  readonly onClose: () => void
}

export function FileView({ namespace, path, revision, onRevision, onClose }: FileViewProps): ReactNode {
  const [hasHistory, setHistory] = useState(revision !== undefined)
  const { data, error, refetch } = useContent(namespace, path)
  return (
    <div className={classes['file']}>
      <div className={classes['head']}>
        <h2>{nameOf(path)}</h2>
        <Button
          size="compact-sm"
          variant={hasHistory ? 'light' : 'default'}
          aria-pressed={hasHistory}
          onClick={() => {
            if (hasHistory) onRevision(undefined)
            setHistory(!hasHistory)
          }}
        >
          {t('history')}
        </Button>
        <a
          className={classes['export']}
          href={downloadUrl(namespace, path)}
          download={nameOf(path)}
          aria-label={t('download')}
          {...tip(t('download'))}
        >
          <Icon name="download" />
        </a>
        <ActionIcon aria-label={t('close')} {...tip(t('close'))} onClick={onClose}>
          <Icon name="close" />
        </ActionIcon>
      </div>
      {hasHistory && <Revisions {...{ namespace, path, revision, onRevision }} />}
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <Waiting>
          <Skeleton height="20rem" />
        </Waiting>
      )}
      {data && revision === undefined && <Content key={path} {...{ namespace, path }} content={data} />}
      {data && revision !== undefined && (
        <OldContent {...{ namespace, path, revision }} newest={data} onDone={() => onRevision(undefined)} />
      )}
    </div>
  )
}

interface ContentProps {
  readonly namespace: string
  readonly path: string
  readonly content: ArrayBuffer
}

function Content({ namespace, path, content }: ContentProps): ReactNode {
  const imageType = imageTypeOf(path)
  const text = useMemo(() => (content.byteLength > TEXT_BYTES_MAX ? undefined : textOf(content)), [content])
  if (imageType !== undefined) return <Image content={content} type={imageType} name={nameOf(path)} />
  if (content.byteLength > TEXT_BYTES_MAX) return <Note>{t('large', { size: formatSize(content.byteLength) })}</Note>
  if (text === undefined) return <Note>{t('binary')}</Note>
  return <TextEditor {...{ namespace, path, content, text }} />
}

function Image({
  content,
  type,
  name,
}: {
  readonly content: ArrayBuffer
  readonly type: string
  readonly name: string
}): ReactNode {
  const [url, setUrl] = useState<string | undefined>(undefined)
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([content], { type }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [content, type])
  return url === undefined ? null : <img className={classes['image']} src={url} alt={name} />
}

function TextEditor({ namespace, path, content, text }: ContentProps & { readonly text: string }): ReactNode {
  const [draft, setDraft] = useState(text)
  const [saved, setSaved] = useState(text)
  const [isBusy, setBusy] = useState(false)
  const isChanged = draft !== saved
  const whyNot = isChanged ? undefined : t('whyUnchanged')
  const save = async (): Promise<void> => {
    setBusy(true)
    if (await saveText(namespace, path, draft, saved === text ? content : new TextEncoder().encode(saved).buffer))
      setSaved(draft)
    setBusy(false)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== 's') return
    event.preventDefault()
    if (isChanged) void save()
  }
  return (
    <>
      <textarea
        className={classes['code']}
        aria-label={t('content', { name: nameOf(path) })}
        spellCheck={false}
        autoComplete="off"
        wrap="off"
        value={draft}
        onChange={event => setDraft(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className={classes['head']}>
        <span className={classes['facts']}>
          {formatSize(new Blob([draft]).size)}
          {isChanged && ` · ${t('unsaved')}`}
        </span>
        <h2 aria-hidden="true" />
        <ActButton why={whyNot} onClick={() => setDraft(saved)}>
          {t('discard')}
        </ActButton>
        <ActButton
          variant="filled"
          why={whyNot}
          hint={t('save')}
          keys="mod+s"
          loading={isBusy}
          onClick={() => void save()}
        >
          {t('save')}
        </ActButton>
      </div>
    </>
  )
}

type RevisionsProps = Omit<FileViewProps, 'onClose'>

function Revisions({ namespace, path, revision, onRevision }: RevisionsProps): ReactNode {
  const { data, error, refetch } = useRevisions(namespace, path)
  const newest = data?.[0]?.revision
  return (
    <>
      {error && <ErrorCard error={error} onRetry={() => void refetch()} />}
      <ul className={classes['revisions']} aria-label={t('history')}>
        {data?.map(each => (
          <li key={each.revision}>
            <button
              type="button"
              className={classes['revision']}
              aria-pressed={each.revision === (revision ?? newest)}
              onClick={() => onRevision(each.revision === newest ? undefined : each.revision)}
            >
              <span>{t('revision', { revision: each.revision })}</span>
              {each.revision === newest && <span className={classes['muted']}>{t('newest')}</span>}
              <span className={classes['muted']}>
                <Timestamp atMs={Date.parse(each.updated)} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}

interface OldContentProps {
  readonly namespace: string
  readonly path: string
  readonly revision: number
  readonly newest: ArrayBuffer
  readonly onDone: () => void
}

function OldContent({ namespace, path, revision, newest, onDone }: OldContentProps): ReactNode {
  const { data, error, refetch } = useContent(namespace, path, revision)
  const text = data && textOf(data)
  const now = useMemo(() => textOf(newest), [newest])
  const restore = async (): Promise<void> => {
    if (text !== undefined && (await saveText(namespace, path, text, newest))) onDone()
  }
  if (error) return <ErrorCard error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Skeleton height="12rem" />
  if (text === undefined) return <Note>{t('binary')}</Note>
  return (
    <>
      {now === undefined ? (
        <CodeBlock label={t('revision', { revision })} text={text} />
      ) : (
        <DiffView before={text} after={now} titles={[t('revision', { revision }), t('newest')]} isSideBySide={false} />
      )}
      <div className={classes['head']}>
        <h2 aria-hidden="true" />
        <Button onClick={onDone}>{t('back')}</Button>
        <Button variant="filled" onClick={() => void restore()}>
          {t('restore')}
        </Button>
      </div>
    </>
  )
}
