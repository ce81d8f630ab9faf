// A document that is no flow, as text: the editor of flows without the language of flows, and below it what is wrong with it.
import { useCallback, useState, type ReactNode } from 'react'
import { Icon } from '../../widgets/icon.tsx'
import { CodeEditor, type CodeHandle } from '../editor/code/code-editor.tsx'
import classes from './document-editor.module.css'
import { t } from './messages.ts'
import type { DocumentChecks } from './use-document-checks.ts'

export interface DocumentEditorProps {
  /** What it begins with. */
  readonly initial: string
  readonly label: string
  readonly checks: DocumentChecks
  readonly onChange: (text: string) => void
  readonly onSave: () => void
  readonly onSaveAndRun?: () => void
  readonly onReady?: (code: CodeHandle) => void
  /** Stands where the text would; the text is still there, and changed through its handle. */
  readonly instead?: ReactNode
}

export function DocumentEditor(props: DocumentEditorProps): ReactNode {
  const { initial, label, checks, onChange, onSave, onSaveAndRun = onSave, onReady, instead } = props
  const [code, setCode] = useState<CodeHandle>()
  const { problems, isJudged } = checks
  const ready = useCallback(
    (handle: CodeHandle): void => {
      setCode(handle)
      onReady?.(handle)
    },
    [onReady],
  )
  return (
    <div className={classes['editor']}>
      {instead !== undefined && <div className={classes['code']}>{instead}</div>}
      <div className={classes['code']} hidden={instead !== undefined}>
        <CodeEditor {...{ initial, label, problems, onChange, onSave, onSaveAndRun }} onReady={ready} />
      </div>
      <section className={classes['problems']} aria-label={t('problems')}>
        {problems.length === 0 ? (
          <p className={classes['fine']}>
            {isJudged && <Icon name="check" size={14} />}
            {t(isJudged ? 'fine' : 'judging')}
          </p>
        ) : (
          <ul>
            {problems.map(({ from, line, message, severity }, index) => (
              <li key={`${from}-${index}`}>
                <button
                  type="button"
                  onClick={() => {
                    code?.goTo(from)
                    code?.focus()
                  }}
                >
                  <span className={classes[severity]}>
                    <Icon name={severity === 'info' ? 'info' : 'warning'} size={14} />
                    <span className="visually-hidden">{severity}</span>
                  </span>
                  <span className={classes['line']}>{t('line', { line })}</span>
                  <span>{message}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  )
}

/** The text, and beside it what it comes to; in a narrow window below. */
export function BesideText({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className={classes['beside']}>{children}</div>
}
