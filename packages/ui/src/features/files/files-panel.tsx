// The files of one namespace: a tree, and beside it the file that is open.
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useMemo, useRef, useState, type DragEvent, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { useActions } from '../../lib/actions.ts'
import { usePath } from '../../lib/link.tsx'
import { withQuery } from '../../lib/paths.ts'
import { numberParam, textParam, usePairs, useSearchState } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SelectionBar } from '../../widgets/selection-bar.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { SplitPane } from '../../widgets/split-pane.tsx'
import { Table } from '../../widgets/table.tsx'
import { readDropped, uploadsOf } from './dropped-files.ts'
import { FileCard, fileColumns, type FileActions } from './file-columns.tsx'
import { fileLines, folderOf, foundLines, nameOf, outermost, type FileLine } from './file-tree.ts'
import { FileView } from './file-view.tsx'
import classes from './files.module.css'
import { t } from './messages.ts'
import { FileQuestion, type Asked } from './file-question.tsx'
import {
  deleteFiles,
  downloadUrl,
  exportUrl,
  keepable,
  uploadFiles,
  useFolders,
  useFoundFiles,
  type Upload,
} from './use-files.ts'

const PARAMS = { dirs: textParam, file: textParam, rev: numberParam, find: textParam }
const NOTHING: ReadonlySet<string> = new Set()

export function FilesPanel({ namespace }: { readonly namespace: string }): ReactNode {
  const [{ file, rev, find = '' }, setSearch] = useSearchState(PARAMS)
  const [asked, setAsked] = useState<Asked | undefined>(undefined)
  const folder = file === undefined ? '' : folderOf(file)
  const close = (): void => setSearch({ file: undefined, rev: undefined })
  const forget = (paths: readonly string[]): void => {
    if (file !== undefined && paths.some(path => file === path || file.startsWith(`${path}/`))) close()
  }
  const side =
    file === undefined ? undefined : (
      <FileView
        key={file}
        namespace={namespace}
        path={file}
        revision={rev}
        onRevision={next => setSearch({ rev: next })}
        onClose={close}
      />
    )
  return (
    <DropZone namespace={namespace} folder={folder}>
      {startUpload => (
        <>
          <Tools
            {...{ namespace, find, startUpload }}
            onFind={text => setSearch({ find: text || undefined }, { replace: true })}
            onAsk={setAsked}
          />
          <SplitPane
            name="file"
            sideTitle={file === undefined ? '' : nameOf(file)}
            width={{ min: 360, max: 1_200, usual: 720 }}
            onCloseSide={close}
            side={side}
          >
            <Explorer namespace={namespace} onAsk={setAsked} onGone={forget} />
          </SplitPane>
          {asked && (
            <FileQuestion
              {...{ namespace, asked, folder }}
              onFile={path => setSearch({ file: path, rev: undefined })}
              onGone={forget}
              onClose={() => setAsked(undefined)}
            />
          )}
        </>
      )}
    </DropZone>
  )
}

interface ExplorerProps {
  readonly namespace: string
  readonly onAsk: (asked: Asked) => void
  readonly onGone: (paths: readonly string[]) => void
}

function Explorer({ namespace, onAsk, onGone }: ExplorerProps): ReactNode {
  const [{ dirs = '', find = '' }, setSearch] = useSearchState(PARAMS)
  const [selected, setSelected] = useState(NOTHING)
  const open = useMemo(() => new Set(dirs.split(',').filter(Boolean)), [dirs])
  const { folders, error, isPending, retry } = useFolders(namespace, open)
  const found = useFoundFiles(namespace, find)
  const lines = find === '' ? fileLines(folders, open) : foundLines(found.data ?? [])
  const remove = async (paths: readonly string[]): Promise<void> => {
    setSelected(NOTHING)
    const kept = await keepable(namespace, paths).catch(() => undefined)
    if (kept === undefined) onAsk({ type: 'delete', paths })
    else if (await deleteFiles(namespace, paths, kept)) onGone(paths)
  }
  const mayNot = useMay()
  const actions: FileActions = {
    mayNot: action => mayNot(`FILE:${action}`, namespace),
    rename: ({ path }) => onAsk({ type: 'rename', path }),
    remove: paths => void remove(paths),
    download: ({ path }) => window.open(downloadUrl(namespace, path), '_self'),
  }
  const to = useAddressOf(open)
  const chosen = outermost([...selected])
  useFileActions({ namespace, ask: onAsk, remove: () => void remove(chosen), isAny: chosen.length > 0 })
  return (
    <div className={classes['tree']}>
      <SelectionBar count={chosen.length} onClear={() => setSelected(NOTHING)}>
        <MayButton
          need="FILE:UPDATE"
          namespace={namespace}
          size="compact-sm"
          onClick={() => onAsk({ type: 'move', paths: chosen })}
        >
          {t('move')}
        </MayButton>
        <MayButton
          need="FILE:DELETE"
          namespace={namespace}
          size="compact-sm"
          color="red"
          variant="light"
          onClick={() => void remove(chosen)}
        >
          {t('delete')}
        </MayButton>
      </SelectionBar>
      {error && <ErrorCard title={t('failed')} error={error} onRetry={retry} />}
      {isPending && <SkeletonRows rows={6} />}
      {!isPending && !error && lines.length === 0 && (
        <Nothing
          {...{ namespace, find }}
          onDrop={() => setSearch({ find: undefined })}
          onNew={() => onAsk({ type: 'file' })}
        />
      )}
      {lines.length > 0 && <Tree lines={lines} to={to} actions={actions} selected={selected} onSelect={setSelected} />}
    </div>
  )
}

interface TreeProps {
  readonly lines: readonly FileLine[]
  readonly to: (line: FileLine) => string
  readonly actions: FileActions
  readonly selected: ReadonlySet<string>
  readonly onSelect: (keys: ReadonlySet<string>) => void
}

function Tree({ lines, to, actions, selected, onSelect }: TreeProps): ReactNode {
  return (
    <Table
      label={t('table')}
      columns={fileColumns(actions)}
      rows={lines}
      rowKey={line => line.path}
      rowTo={to}
      rowLabel={line => (line.isFolder ? `${line.name}, ${t('folder')}` : line.name)}
      card={line => <FileCard line={line} />}
      selection={{ keys: selected, set: onSelect }}
    />
  )
}

/** A file is opened, a folder is opened or closed: all of it stands in the address. */
function useAddressOf(open: ReadonlySet<string>): (line: FileLine) => string {
  const [pairs] = usePairs()
  const path = usePath()
  return line => {
    if (!line.isFolder)
      return withQuery(path, [...pairs.filter(([name]) => name !== 'file' && name !== 'rev'), ['file', line.path]])
    const next = new Set(open)
    if (!next.delete(line.path)) next.add(line.path)
    const others = pairs.filter(([name]) => name !== 'dirs')
    return withQuery(path, next.size === 0 ? others : [...others, ['dirs', [...next].join(',')]])
  }
}

interface FileKeys {
  readonly namespace: string
  readonly ask: (asked: Asked) => void
  readonly remove: () => void
  readonly isAny: boolean
}

function useFileActions({ namespace, ask, remove, isAny }: FileKeys): void {
  const section = t('section')
  const mayNot = useMay()
  const why = mayNot('FILE:CREATE', namespace)
  useActions([
    { id: 'files.new', title: t('newFile'), section, keys: 'n', why, run: () => ask({ type: 'file' }) },
    { id: 'files.folder', title: t('newFolder'), section, keys: 'shift+n', why, run: () => ask({ type: 'folder' }) },
    {
      id: 'files.delete',
      title: t('selectedDelete'),
      section,
      keys: 'backspace',
      why: mayNot('FILE:DELETE', namespace) ?? (isAny ? undefined : 'Nothing is selected.'),
      run: remove,
    },
  ])
}

interface ToolsProps {
  readonly namespace: string
  readonly find: string
  readonly startUpload: (files: readonly Upload[]) => void
  readonly onFind: (text: string) => void
  readonly onAsk: (asked: Asked) => void
}

function Tools({ namespace, find, startUpload, onFind, onAsk }: ToolsProps): ReactNode {
  const input = useRef<HTMLInputElement>(null)
  return (
    <div className={classes['tools']}>
      <TextInput
        className={classes['search']}
        size="sm"
        aria-label={t('search')}
        placeholder={t('search')}
        leftSection={<Icon name="search" size={14} />}
        value={find}
        onChange={event => onFind(event.currentTarget.value)}
      />
      <a className={classes['export']} href={exportUrl(namespace)} download={`${namespace}.zip`}>
        <Icon name="download" size={14} />
        <span className={classes['exportWord']}>{t('export')}</span>
      </a>
      <input
        ref={input}
        type="file"
        multiple
        className={classes['input']}
        aria-label={t('upload')}
        tabIndex={-1}
        onChange={event => {
          startUpload(uploadsOf(event.currentTarget.files ?? [], ''))
          event.currentTarget.value = ''
        }}
      />
      <MayButton need="FILE:CREATE" namespace={namespace} onClick={() => input.current?.click()}>
        {t('upload')}
      </MayButton>
      <MayButton need="FILE:CREATE" namespace={namespace} onClick={() => onAsk({ type: 'folder' })}>
        {t('newFolder')}
      </MayButton>
      <MayButton need="FILE:CREATE" namespace={namespace} variant="filled" onClick={() => onAsk({ type: 'file' })}>
        {t('newFile')}
      </MayButton>
    </div>
  )
}

interface DropZoneProps {
  readonly namespace: string
  readonly folder: string
  readonly children: (startUpload: (files: readonly Upload[]) => void) => ReactNode
}

/** Takes what is dropped on it. */
function DropZone({ namespace, folder, children }: DropZoneProps): ReactNode {
  const [isOver, setOver] = useState(false)
  const [progress, setProgress] = useState<{ readonly done: number; readonly all: number } | undefined>(undefined)
  const start = async (uploads: readonly Upload[]): Promise<void> => {
    if (uploads.length === 0) return
    await uploadFiles(namespace, uploads, done => setProgress({ done, all: uploads.length }))
    setProgress(undefined)
  }
  const drop = async (event: DragEvent): Promise<void> => {
    event.preventDefault()
    setOver(false)
    await start(await readDropped(event.dataTransfer, folder))
  }
  const isFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files')
  return (
    <div
      className={classes['panel']}
      onDragOver={event => {
        if (!isFiles(event)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={event => {
        if (event.currentTarget === event.target) setOver(false)
      }}
      onDrop={event => void drop(event)}
    >
      {children(uploads => void start(uploads))}
      {progress && <p role="status">{t('uploading', progress)}</p>}
      {isOver && <div className={classes['drop']}>{t('drop')}</div>}
    </div>
  )
}

interface NothingProps {
  readonly namespace: string
  readonly find: string
  readonly onDrop: () => void
  readonly onNew: () => void
}

function Nothing({ namespace, find, onDrop, onNew }: NothingProps): ReactNode {
  if (find !== '')
    return (
      <Empty
        icon="filter"
        title={t('noMatch', { text: find })}
        action={<Button onClick={onDrop}>{t('dropFilter')}</Button>}
      />
    )
  return (
    <Empty
      icon="file"
      title={t('none', { namespace })}
      text={t('noneText')}
      action={
        <MayButton need="FILE:CREATE" namespace={namespace} onClick={onNew}>
          {t('newFile')}
        </MayButton>
      }
    />
  )
}
