// What is asked before something is made, moved or lost.
import type { ReactNode } from 'react'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import { nameOf } from './file-tree.ts'
import { t } from './messages.ts'
import { PathDialog } from './path-dialog.tsx'
import { deleteFiles, makeFolder, moveFiles, saveText } from './use-files.ts'

export type Asked =
  | { readonly type: 'file' | 'folder' }
  | { readonly type: 'rename'; readonly path: string }
  | { readonly type: 'move'; readonly paths: readonly string[] }
  | { readonly type: 'delete'; readonly paths: readonly string[] }

export interface FileQuestionProps {
  readonly namespace: string
  readonly asked: Asked
  /** Where something new goes unless said otherwise. */
  readonly folder: string
  readonly onFile: (path: string) => void
  readonly onGone: (paths: readonly string[]) => void
  readonly onClose: () => void
}

export function FileQuestion(props: FileQuestionProps): ReactNode {
  const { namespace, asked, folder, onFile, onClose } = props
  const begin = folder === '' ? '' : `${folder.slice(1)}/`
  switch (asked.type) {
    case 'file':
      return (
        <PathDialog
          title={t('newFile')}
          action={t('create')}
          value={begin}
          onClose={onClose}
          onPath={async path => {
            const isDone = await saveText(namespace, path, '', undefined)
            if (isDone) onFile(path)
            return isDone
          }}
        />
      )
    case 'folder':
      return (
        <PathDialog
          title={t('newFolder')}
          action={t('create')}
          value={begin}
          onClose={onClose}
          onPath={path => makeFolder(namespace, path)}
        />
      )
    case 'rename':
      return <Rename {...props} path={asked.path} />
    case 'move':
      return <Move {...props} paths={asked.paths} begin={begin} />
    case 'delete':
      return <Deletion {...props} paths={asked.paths} />
  }
}

function Rename({ namespace, path: from, onGone, onClose }: FileQuestionProps & { readonly path: string }): ReactNode {
  return (
    <PathDialog
      title={t('renameTitle', { name: nameOf(from) })}
      action={t('rename')}
      value={from.slice(1)}
      onClose={onClose}
      onPath={async to => {
        const isDone = await moveFiles(namespace, [{ from, to }])
        if (isDone) onGone([from])
        return isDone
      }}
    />
  )
}

interface ManyProps extends FileQuestionProps {
  readonly paths: readonly string[]
}

function Move({ namespace, paths, begin, onGone, onClose }: ManyProps & { readonly begin: string }): ReactNode {
  return (
    <PathDialog
      title={t('moveTitle', { count: paths.length })}
      label={t('moveTo')}
      action={t('move')}
      value={begin}
      mayBeRoot
      onClose={onClose}
      onPath={async folder => {
        const isDone = await moveFiles(
          namespace,
          paths.map(from => ({ from, to: `${folder}/${nameOf(from)}` })),
        )
        if (isDone) onGone(paths)
        return isDone
      }}
    />
  )
}

function Deletion({ namespace, paths, onGone, onClose }: ManyProps): ReactNode {
  return (
    <TypedConfirm
      title={t('deleteFolder', { name: paths.map(nameOf).join(', ') })}
      word={paths.length === 1 ? nameOf(paths[0] ?? '') : String(paths.length)}
      action={t('delete')}
      onClose={onClose}
      onConfirm={() => {
        onClose()
        void deleteFiles(namespace, paths, undefined).then(isDone => isDone && onGone(paths))
      }}
    >
      {t('deleteFolderText')}
    </TypedConfirm>
  )
}
