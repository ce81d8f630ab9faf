// The beginning of a file: rows as a table, text as text, pictures as pictures. What is in it never runs: no markup of a file becomes markup here.
import { routes } from '@batuta/api'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState, type ReactNode } from 'react'
import { api, apiUrl } from '../../lib/api.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { fileMessages as t } from './file-messages.ts'
import classes from './file-preview.module.css'
import { tableOf, type PreviewTable } from './preview-table.ts'

export interface FilePreviewProps {
  readonly executionId: string
  readonly uri: string
  readonly onClose: () => void
}

const ROWS = 100
const ROWS_MAX = 5_000

export function FilePreview({ executionId, uri, onClose }: FilePreviewProps): ReactNode {
  const [rows, setRows] = useState(ROWS)
  const params = { executionId }
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['executions', executionId, 'file', uri, rows],
    queryFn: ({ signal }) => api.executions.filePreview({ params, query: { path: uri, maxRows: rows }, signal }),
    placeholderData: before => before,
    retry: false,
  })
  const metas = useQuery({
    queryKey: ['executions', executionId, 'file-metas', uri],
    queryFn: ({ signal }) => api.executions.fileMetas({ params, query: { path: uri }, signal }),
  })
  const name = uri.slice(uri.lastIndexOf('/') + 1)
  const isCut = data?.['truncated'] === true
  return (
    <Dialog
      title={name}
      size="large"
      onClose={onClose}
      footer={
        <>
          {metas.data && <span className={classes['size']}>{sizeText(metas.data.size)}</span>}
          {isCut && rows < ROWS_MAX && (
            <Button onClick={() => setRows(Math.min(ROWS_MAX, rows * 5))}>{t('more')}</Button>
          )}
          <Button
            component="a"
            variant="filled"
            href={apiUrl(routes.executions.file, { params, query: { path: uri } })}
            download={name}
          >
            {t('download')}
          </Button>
        </>
      }
    >
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={8} />}
      {data && <Content document={data} name={name} />}
      {isCut && <p className={classes['cut']}>{t('cut')}</p>}
    </Dialog>
  )
}

function Content({
  document,
  name,
}: {
  readonly document: Readonly<Record<string, unknown>>
  readonly name: string
}): ReactNode {
  const { type, extension, content } = document
  const [isRaw, setRaw] = useState(false)
  const table = useMemo(() => tableOf(String(type), String(extension), content), [type, extension, content])
  if (type === 'IMAGE' && typeof content === 'string')
    return <img className={classes['image']} alt={name} src={`data:${mimeOf(String(extension))};base64,${content}`} />
  if (type === 'PDF') return <p>{t('pdf')}</p>
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2)
  return (
    <>
      {table && (
        <label className={classes['choice']}>
          <input type="checkbox" checked={isRaw} onChange={event => setRaw(event.currentTarget.checked)} />
          {t('raw')}
        </label>
      )}
      {table && !isRaw ? <Rows table={table} /> : <CodeBlock label={name} text={text} isWrapped />}
    </>
  )
}

function Rows({ table: { columns, rows } }: { readonly table: PreviewTable }): ReactNode {
  return (
    <div className={classes['scroller']} tabIndex={0} role="region" aria-label={t('rows', { count: rows.length })}>
      <table className={classes['table']}>
        <thead>
          <tr>
            {columns.map(name => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, at) => (
                <td key={at}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** A picture of vectors is drawn, and what scripts it has stay dead: it is an image, not a document. */
function mimeOf(extension: string): string {
  if (extension === 'svg') return 'image/svg+xml'
  return extension === 'jpg' ? 'image/jpeg' : `image/${extension}`
}

function sizeText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`
  if (bytes < 1_048_576) return `${(bytes / 1_024).toFixed(1)} kB`
  return `${(bytes / 1_048_576).toFixed(1)} MB`
}
