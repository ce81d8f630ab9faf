// The outputs of one task run: a tree whose files can be looked into, with the expression that gives each value.
import { useState, type ReactNode } from 'react'
import { Icon } from '../../widgets/icon.tsx'
import { lazyDialog } from '../../widgets/lazy-part.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { expressionOf, isFileUri, itemsOf, rootOf, valueAt, type Path } from './output-tree.ts'
import classes from './outputs.module.css'
import { panelMessages as t } from './panel-messages.ts'

const FilePreview = lazyDialog(async () => (await import('./file-preview.tsx')).FilePreview)

export interface OutputsOfProps {
  readonly executionId: string
  readonly taskId: string
  readonly value: string | undefined
  readonly outputs: unknown
}

const PIECE = 100

export function OutputsOf({ executionId, taskId, value, outputs }: OutputsOfProps): ReactNode {
  const [file, setFile] = useState<string | undefined>(undefined)
  return (
    <>
      <ul className={classes['tree']} aria-label={t('outputs')}>
        <Level root={rootOf(taskId, value)} outputs={outputs} path={[]} onFile={setFile} />
      </ul>
      {file !== undefined && <FilePreview executionId={executionId} uri={file} onClose={() => setFile(undefined)} />}
    </>
  )
}

interface LevelProps {
  readonly root: string
  readonly outputs: unknown
  readonly path: Path
  readonly onFile: (uri: string) => void
}

function Level(props: LevelProps): ReactNode {
  const { outputs, path } = props
  const [count, setCount] = useState(PIECE)
  const items = itemsOf(valueAt(outputs, path))
  return (
    <>
      {items.slice(0, count).map(({ key, kind, hint }) => (
        <Item key={key} {...props} path={[...path, key]} name={String(key)} kind={kind} hint={hint} />
      ))}
      {count < items.length && (
        <li>
          <button type="button" className={classes['link']} onClick={() => setCount(count + PIECE)}>
            + {items.length - count}
          </button>
        </li>
      )}
    </>
  )
}

interface ItemProps extends LevelProps {
  readonly name: string
  readonly kind: 'branch' | 'file' | 'value'
  readonly hint: string
}

function Item(props: ItemProps): ReactNode {
  const { root, outputs, path, name, kind, hint, onFile } = props
  const [isOpen, setOpen] = useState(path.length < 2)
  const value = valueAt(outputs, path)
  return (
    <li>
      <div className={classes['item']}>
        {kind === 'branch' ? (
          <button
            type="button"
            className={classes['fold']}
            aria-expanded={isOpen}
            aria-label={name}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name={isOpen ? 'down' : 'right'} size={12} />
          </button>
        ) : (
          <span className={classes['fold']} />
        )}
        <span className={classes['name']}>{name}</span>
        {isFileUri(value) ? (
          <button type="button" className={classes['link']} onClick={() => onFile(value)}>
            {hint}
          </button>
        ) : (
          <span className={classes['value']}>{kind === 'value' ? String(value) : hint}</span>
        )}
        <CopyExpression text={expressionOf(root, path)} />
      </div>
      {isOpen && kind === 'branch' && (
        <ul className={classes['tree']}>
          <Level {...props} path={path} />
        </ul>
      )}
    </li>
  )
}

export function CopyExpression({ text }: { readonly text: string }): ReactNode {
  return (
    <button
      type="button"
      className={classes['copy']}
      aria-label={`${t('copyExpression')} ${text}`}
      {...tip(text)}
      onClick={() =>
        void navigator.clipboard.writeText(text).then(() => showToast({ kind: 'success', text: t('copied', { text }) }))
      }
    >
      <Icon name="copy" size={12} />
    </button>
  )
}
